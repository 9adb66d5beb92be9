"""What the project is about, whatever surrounds it: days, load, vintages, information sets, scores.

Here: pure functions and frozen data. Not here: anything that reads or writes; this package imports nothing of ours
but itself and the errors.
"""
