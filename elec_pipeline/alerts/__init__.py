"""What people are told of: problems that begin and end, and the messages about them.

    facts.py     what is looked at, as plain data
    rules.py     which problems there are, given the facts; with `rules_of_runs.py` for Dagster's runs
                 and `rules_of_tomorrow.py` for what a trader is told of tomorrow
    ledger.py    when a problem opens, when it is over, and which messages are due
    texts.py     the messages, in English and French
    addresses.py where they go: apprise
    reading.py   the facts that the database and the disk hold
    tomorrow.py  what is forecast of it
    disks.py     the room on the disks
    watch.py     one look: facts, problems, messages

Here: all of that but Dagster. Not here: what runs the watch and what Dagster's runs say (`defs.alerting`,
`defs.run_outcomes`), the tables (`store.alerts`), and rules that others have too: what is due when
(`domain.timetable`), what a day lacks (`domain.completeness`), how old a series may be (`domain.freshness`), what
drift is (`forecasting.lifecycle.drift`).
"""
