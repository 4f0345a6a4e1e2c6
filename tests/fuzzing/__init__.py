"""Random requests against the SCIM surface, by hand: `python -m tests.fuzzing`.

They go to a server that is running, and everything in the directory that the key
opens may be changed or deleted. A short version is among the tests.
"""
