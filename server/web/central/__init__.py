"""Central's REST: a door a noun."""
