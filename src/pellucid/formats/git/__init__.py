"""Readers of what a repository of Git keeps: packs, the differences in them, commits and trees."""
