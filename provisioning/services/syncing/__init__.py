"""Keeps groups equal to their records, in the request or by jobs."""
