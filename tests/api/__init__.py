"""The calls of an organization's programs, over HTTP."""
