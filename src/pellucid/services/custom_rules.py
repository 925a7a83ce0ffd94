"""Rules of an organization's own: given as one archive, checked, versioned, switched off and on, and used by scans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pellucid.domain.access import Caller
from pellucid.domain.custom_rule import CustomRule
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.domain.ids import new_id
from pellucid.domain.severity import Severity
from pellucid.errors import BudgetExceeded, Detail, InvalidRequest, Malformed, NotFound
from pellucid.pipeline import rules_apart
from pellucid.rules.engines import SUFFIXES
from pellucid.rules.rule_file import NAME, CheckedFile, CheckedRule, RuleFile
from pellucid.rules.rule_set import RuleSet
from pellucid.storage.database import Transaction
from pellucid.storage.listings.rule_grid import rule_grid
from pellucid.storage.repositories.rules import RuleRepository


@dataclass(frozen=True, kw_only=True)
class GivenRules:
    """What came in an upload, and what its check says."""

    files: Sequence[RuleFile]
    checked: Sequence[CheckedFile]

    @property
    def wrong(self) -> Sequence[CheckedFile]:
        """The files that cannot be used."""
        return [item for item in self.checked if item.errors]


def read_rules(filename: str, content: bytes) -> GivenRules:
    """The rules of an archive, or of a single file of them, checked. Takes its time, and needs no transaction.

    InvalidRequest: it is no archive, is damaged, or has too much or nothing in it.
    """
    try:
        files, checked = rules_apart.checked(filename, content)
    except (Malformed, BudgetExceeded) as error:
        raise _refused(error.message) from None
    if not checked:
        raise _refused(f"there are no files of rules in it ({', '.join(SUFFIXES)})")
    return GivenRules(files=files, checked=checked)


class CustomRules:
    """Rules of a caller's organization."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._rules = RuleRepository(tx)

    def replace(self, caller: Caller, given: GivenRules, *, dry_run: bool = False) -> str:
        """Make rules without errors the newest set of the organization; its id.

        What the set does not have is gone. A rule that was disabled stays so. With `dry_run` nothing is stored, and
        the id is that of no set.
        """
        assert not given.wrong
        if dry_run:
            return new_id()
        now = datetime.now(UTC)
        rules = [_rule(caller, item.name, rule, now) for item in given.checked for rule in item.rules]
        return self._rules.replace(caller.org.id, given.files, rules)

    def get(self, caller: Caller, name: str) -> CustomRule:
        rule = self._rules.get(caller.org.id, name) if NAME.fullmatch(name) else None
        if rule is None:
            raise NotFound(f"There is no rule {name[:80]!r}.")
        return rule

    def set_enabled(self, caller: Caller, names: Sequence[str], *, enabled: bool) -> Sequence[str]:
        """Each name once. InvalidRequest, and nothing is changed, when one of them is of no rule."""
        names = tuple(dict.fromkeys(names))
        self._rules.hold(caller.org.id)
        known = self._rules.known(caller.org.id, list(filter(NAME.fullmatch, names)))
        if unknown := [name for name in names if name not in known]:
            reason = f"There is no rule {unknown[0][:80]!r}."
            raise InvalidRequest(reason, details=[Detail(reason=reason, field="names")])
        self._rules.set_enabled(caller.org.id, names, enabled=enabled)
        return names

    def grid(self, caller: Caller, wanted: GridQuery) -> GridPage[CustomRule]:
        """Rules of the newest set."""
        return rule_grid(self._tx, caller.org.id, wanted)


def rules_for(tx: Transaction, product_id: str) -> RuleSet | None:
    """What a scan of this product is to match: the newest set of its organization, without what is disabled."""
    found = RuleRepository(tx).newest(product_id)
    if found is None:
        return None
    version, files, disabled = found
    return RuleSet(name=f"own rules {version}", files=files, disabled=disabled)


def _rule(caller: Caller, file: str, rule: CheckedRule, now: datetime) -> CustomRule:
    said = rule.stated
    return CustomRule(
        name=rule.name,
        title=said.title,
        description=said.description,
        severity=Severity(said.severity or Severity.UNSPECIFIED),
        type=said.type,
        engine=rule.engine,
        file=file,
        body=rule.body,
        is_enabled=True,
        author=caller.user,
        update_time=now,
    )


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(f"The rules cannot be taken: {reason}.", details=[Detail(reason=reason, field="file")])
