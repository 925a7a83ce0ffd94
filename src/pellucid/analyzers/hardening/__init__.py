"""Analyzers of the stage hardening."""
