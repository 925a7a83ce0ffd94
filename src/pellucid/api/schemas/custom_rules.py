"""Rules of one's own on the wire."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from pellucid.api.schemas.bulk import MOST_IDS
from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import custom_rule as domain
from pellucid.domain.severity import Severity
from pellucid.rules.rule_file import CheckedFile


class Names(Wire):
    names: list[str] = Field(max_length=MOST_IDS)


class LintDetails(Wire):
    name: str | None = None
    meta: dict[str, Any] | None = None
    warnings: list[str]
    errors: list[str]


class LintResults(Wire):
    status: Literal["ok", "error"]
    details: LintDetails


class RulesFile(Wire):
    """One rule of a file, or a file that cannot be used."""

    filename: str
    name: str | None = None
    lint_results: LintResults

    @classmethod
    def all_of(cls, checked: Sequence[CheckedFile]) -> "list[RulesFile]":
        return [made for item in checked for made in cls._of(item)]

    @classmethod
    def _of(cls, item: CheckedFile) -> "Iterator[RulesFile]":
        if item.errors:
            details = LintDetails(warnings=list(item.warnings), errors=list(item.errors))
            yield cls(filename=item.name, lint_results=LintResults(status="error", details=details))
        for rule in item.rules:
            warnings = [*item.warnings, *rule.warnings]
            details = LintDetails(name=rule.name, meta=rule.meta, warnings=warnings, errors=[])
            yield cls(filename=item.name, name=rule.name, lint_results=LintResults(status="ok", details=details))


class RulesVersion(Wire):
    id: str
    rules: list[RulesFile]


class UpdatedRules(Wire):
    version: RulesVersion


class UnprocessableRules(Wire):
    message: str
    errors: list[RulesFile]


class GridRule(Wire):
    name: str
    title: str
    description: str
    severity: Severity
    is_enabled: bool
    author: User
    update_time: Time

    @classmethod
    def of(cls, value: domain.CustomRule) -> "GridRule":
        return cls(**_said(value))


class Rule(GridRule):
    body: str

    @classmethod
    def of(cls, value: domain.CustomRule) -> "Rule":
        return cls(**_said(value), body=value.body)


class GridRules(Wire):
    rows: list[GridRule]
    total: int


def _said(value: domain.CustomRule) -> dict[str, Any]:
    return {
        "name": value.name,
        "title": value.title,
        "description": value.description,
        "severity": value.severity,
        "is_enabled": value.is_enabled,
        "author": User.of(value.author),
        "update_time": value.update_time,
    }
