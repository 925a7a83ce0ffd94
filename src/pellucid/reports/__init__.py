"""Scan result -> document."""
