"""Logging: one line a record on stderr, UTC times, no secrets."""

import logging
import time


def configure(level: int = logging.INFO) -> None:
    """Send records of Pellucid and its libraries to stderr."""
    handler = logging.StreamHandler()
    formatter = logging.Formatter("%(asctime)sZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What it says of itself at every start is of no use to an operator.
    logging.getLogger("alembic").setLevel(max(level, logging.WARNING))
