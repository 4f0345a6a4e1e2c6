"""The OpenAPI description of the SCIM surface, made from what the code enforces."""
