"""Console pages of the provisioning app."""
