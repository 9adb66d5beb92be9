"""What an asset calls: one step of the pipeline each, from a source or the store to the store.

Here: the order of things within a step, and its report. Not here: rules (`domain`), and Dagster (`defs`).
"""
