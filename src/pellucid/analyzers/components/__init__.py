"""Analyzers of the stage components."""
