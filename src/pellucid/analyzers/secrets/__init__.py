"""Analyzers of secrets: passwords, their hashes, tokens and keys that are no crypto assets."""
