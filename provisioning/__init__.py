"""Groups, access and the engine that turns records into accounts."""
