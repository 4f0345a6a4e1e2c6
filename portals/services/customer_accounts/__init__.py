"""Customers: their rows, their ways in, their mails."""
