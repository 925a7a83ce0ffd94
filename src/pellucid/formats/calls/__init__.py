"""Calls in machine code: where a program calls functions that it imports, and what leads there."""
