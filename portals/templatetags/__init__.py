"""Filters of the templates about customers."""
