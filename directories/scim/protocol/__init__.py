"""SCIM 2.0 on plain documents: no framework, no tables, no settings."""
