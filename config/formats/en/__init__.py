"""Dates in English: the same in Britain and America, with the time zone."""
