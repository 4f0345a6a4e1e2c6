"""Writes of the provisioning app, one module a noun."""
