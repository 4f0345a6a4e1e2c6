"""Invites people by e-mail."""
