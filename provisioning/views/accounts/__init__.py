"""People of the organization, their accounts and rights."""
