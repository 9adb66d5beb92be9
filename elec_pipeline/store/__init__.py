"""PostgreSQL: tables and migrations, bulk writes, queries, and the embedded server.

Here: everything that speaks SQL. Not here: what the values mean or when they were known; callers get and
give data frames in UTC and MW.
"""
