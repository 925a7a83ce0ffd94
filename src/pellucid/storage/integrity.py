"""Violated constraints, told apart on every database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from pellucid.errors import Conflict

UNIQUE_VIOLATION = "23505"  # PostgreSQL, appendix A "Error codes"
SQLITE_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


@contextmanager
def unique_or_conflict(message: str) -> Iterator[None]:
    """Raise Conflict(message) when what is flushed inside is there already; the transaction is then lost."""
    try:
        yield
    except IntegrityError as error:
        if _is_unique(error):
            raise Conflict(message) from error
        raise


def _is_unique(error: IntegrityError) -> bool:
    if isinstance(error.orig, sqlite3.IntegrityError):
        return error.orig.sqlite_errorcode in SQLITE_UNIQUE
    return getattr(error.orig, "sqlstate", "") == UNIQUE_VIOLATION
