"""SCIMMY 1.3.5 with its routers 1.3.2 for express, on a store in memory."""
