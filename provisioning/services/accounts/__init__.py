"""Accounts of people: made from records, changed and managed by admins."""
