"""A sample company, and a client that pushes it as an identity provider does."""
