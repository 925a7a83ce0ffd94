"""Dependencies and advisories -> findings."""
