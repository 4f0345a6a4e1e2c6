"""Other SCIM servers, installed and started beside Rollcall to be compared."""
