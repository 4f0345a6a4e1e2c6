"""Commands of the provisioning app, one module each."""
