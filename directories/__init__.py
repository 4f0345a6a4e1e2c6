"""Organizations, accounts, directories, their records, and the SCIM surface."""
