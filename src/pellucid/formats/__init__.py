"""Bounded readers of untrusted bytes: a value or Malformed, never anything else."""
