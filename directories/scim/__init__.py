"""The SCIM 2.0 surface of a directory: RFC 7643 and RFC 7644 over HTTP."""
