"""Analyzers of the stage threats."""
