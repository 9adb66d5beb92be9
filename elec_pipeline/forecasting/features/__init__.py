"""From an information set to the columns of a regression.

Here: calendar, tables of days by local hour, errors of RTE's forecast, weekly change, weather, and which of
them a situation uses. Not here: what is fitted on them (`experts`).
"""
