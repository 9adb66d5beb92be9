"""Files that people take along: every hour, or quarter-hour, of some delivery days as CSV, XLSX or Parquet.

Here: the table, one module for each format, and `making`, which the dashboard and the API both call, so that a
file has the same bytes from either. Not here: buttons (`dashboard`), routes (`api.exports`), SQL
(`store.queries`).
"""
