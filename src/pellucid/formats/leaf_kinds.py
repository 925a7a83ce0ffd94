"""Kinds of artefacts that have no format."""

DATA = "data"
TEXT = "text"
EMPTY = "empty"
PADDING = "padding"
