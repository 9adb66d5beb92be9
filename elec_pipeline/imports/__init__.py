"""Histories that come as files or as another database, into the tables.

Here: formats, and what becomes of each row. Not here: sources that are asked day by day (`sources`), and how the
tables are written (`store`). Every import can be repeated: it changes nothing that is there already.
"""
