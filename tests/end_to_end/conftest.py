"""Fixtures of the end-to-end tests."""

from tests.support.sample import sample

__all__ = ["sample"]
