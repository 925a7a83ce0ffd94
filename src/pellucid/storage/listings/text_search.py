"""A part of a text, whatever its case, in the quickest way that each database has."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, FunctionElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

ESCAPE = "/"


class _Like(FunctionElement[bool]):
    """`text LIKE pattern`, in which letters of both cases are the same."""

    name = "like_any_case"
    type = Boolean()
    inherit_cache = True


@compiles(_Like)
def _ilike(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} ILIKE {pattern} ESCAPE '{ESCAPE}')"


@compiles(_Like, "sqlite")
def _like(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    # Its LIKE takes ASCII letters of both cases for the same, as its lower() does; without lower() it is twice as fast.
    text, pattern = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} LIKE {pattern} ESCAPE '{ESCAPE}')"


def holds(text: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Whether a text has this part; unknown (NULL) where the text is."""
    for letter in (ESCAPE, "%", "_"):
        part = part.replace(letter, ESCAPE + letter)
    return _Like(text, literal(f"%{part}%"))
