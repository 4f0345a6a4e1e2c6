"""What the organization's own programs call, with an organization API key."""
