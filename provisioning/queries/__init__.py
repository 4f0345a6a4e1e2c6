"""Reads of the provisioning app over several tables; they change nothing."""
