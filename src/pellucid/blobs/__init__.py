"""The object store: bytes addressed by their SHA-256."""
