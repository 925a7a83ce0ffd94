"""Rules of an organization as rows of a grid."""

from collections.abc import Mapping

from pellucid.domain.custom_rule import CustomRule
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.listings.grid import Field, grid_rows
from pellucid.storage.listings.grid_values import TIME, TRUTH, WORD, words
from pellucid.storage.repositories.rules import rules_of, to_domain
from pellucid.storage.rows.rule import RuleRow
from pellucid.storage.rows.user import UserRow

FIELDS: Mapping[str, Field] = {
    "name": Field(of=RuleRow.name, known=True),
    "title": Field(of=RuleRow.title, known=True),
    "description": Field(of=RuleRow.description, known=True),
    "severity": Field(of=RuleRow.severity, kind=words(*Severity), order=RuleRow.severity_rank, known=True),
    "isEnabled": Field(of=RuleRow.is_enabled, kind=TRUTH, known=True),
    "author": Field(of=UserRow.email),
    "updateTime": Field(of=RuleRow.update_time, kind=TIME, known=True),
    "engine": Field(of=RuleRow.engine, kind=WORD, known=True),
    "type": Field(of=RuleRow.type, kind=WORD, known=True),
    "filename": Field(of=RuleRow.file, known=True),
}


def rule_grid(tx: Transaction, org_id: str, wanted: GridQuery) -> GridPage[CustomRule]:
    """By name unless sorted otherwise. `author` is the e-mail address of who has given the rule."""
    rows, total = grid_rows(tx, rules_of(org_id), FIELDS, wanted, key=(RuleRow.name,))
    return GridPage(rows=[to_domain(row, author) for row, author in rows], total=total)
