"""A checkpoint's life: fitted, registered, compared, promoted, watched for drift.

Here: what reads the registry. Not here: how an expert learns (`experts`).
"""
