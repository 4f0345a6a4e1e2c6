"""Tests of what records turn into."""
