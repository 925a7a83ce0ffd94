"""Rows, repositories, listings and migrations: the only place that knows SQL."""
