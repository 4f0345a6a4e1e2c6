"""Keeps the roles that people have in apps equal to grants, members and limits."""
