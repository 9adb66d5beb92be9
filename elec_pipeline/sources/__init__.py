"""The outside world in: clients of data interfaces that hand out typed frames.

Here: requests, retries, credentials, and the reading of replies. Not here: cleaning, and storing.
"""
