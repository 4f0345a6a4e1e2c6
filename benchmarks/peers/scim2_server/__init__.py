"""scim2-server 0.8.3: the reference server of scim2-models, in memory."""
