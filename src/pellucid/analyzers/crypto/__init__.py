"""Analyzers of the stage crypto."""
