"""Permissions inside of apps, and spaces."""
