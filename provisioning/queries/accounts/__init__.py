"""People of the organization and their accounts."""
