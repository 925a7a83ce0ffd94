"""Pellucid looks inside compiled software and says what it is made of and what is wrong with it."""

__version__ = "0.1.0"
