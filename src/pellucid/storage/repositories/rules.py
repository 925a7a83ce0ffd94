"""Rules of organizations: rows <-> domain."""

from collections.abc import Collection, Sequence

import msgspec
import zstandard
from sqlalchemy import Select, delete, func, select, update

from pellucid.domain.custom_rule import CustomRule
from pellucid.domain.ids import new_id
from pellucid.domain.severity import Severity
from pellucid.rules.rule_file import LARGEST_SET, RuleFile
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.org import OrgRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.rule import RuleRow, RuleSetRow
from pellucid.storage.rows.user import UserRow

# Of an organization; older sets are forgotten. What they found is in the findings.
MOST_SETS = 20
AT_ONCE = 500


class RuleRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def replace(self, org_id: str, files: Sequence[RuleFile], rules: Sequence[CustomRule]) -> str:
        """Make this the newest set of the organization; its id. `rules` are all of its rules."""
        self.hold(org_id)
        newest = rules[0]
        row = RuleSetRow(
            id=new_id(),
            org_id=org_id,
            author_id=newest.author.id,
            create_time=newest.update_time,
            files=zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(files)),
        )
        self._session.add(row)
        known = {rule.name: rule for rule in self.all(org_id)}
        self._session.execute(delete(RuleRow).where(RuleRow.org_id == org_id))
        self._session.add_all(_row(org_id, rule, known.get(rule.name)) for rule in rules)
        self._session.flush()
        ids = select(RuleSetRow.id).where(RuleSetRow.org_id == org_id).order_by(RuleSetRow.id.desc())
        old = self._session.scalars(ids.offset(MOST_SETS)).all()
        self._session.execute(delete(RuleSetRow).where(RuleSetRow.id.in_(old)))
        return row.id

    def hold(self, org_id: str) -> None:
        """Let nobody else change rules of this organization until this transaction ends.

        Two at the same time would not see each other's, and there would be rules of both sets. To be asked for before
        rules are read.
        """
        self._session.execute(select(OrgRow.id).where(OrgRow.id == org_id).with_for_update(key_share=True)).all()

    def all(self, org_id: str) -> list[CustomRule]:
        """By name."""
        rows = self._session.execute(rules_of(org_id).order_by(RuleRow.name))
        return [to_domain(row, author) for row, author in rows]

    def get(self, org_id: str, name: str) -> CustomRule | None:
        found = self._session.execute(rules_of(org_id).where(RuleRow.name == name)).one_or_none()
        return to_domain(found[0], found[1]) if found else None

    def known(self, org_id: str, names: Collection[str]) -> set[str]:
        """Those of the names that are of rules."""
        found: set[str] = set()
        asked = sorted(names)
        for start in range(0, len(asked), AT_ONCE):
            some = RuleRow.name.in_(asked[start : start + AT_ONCE])
            found.update(self._session.scalars(select(RuleRow.name).where(RuleRow.org_id == org_id, some)))
        return found

    def set_enabled(self, org_id: str, names: Collection[str], *, enabled: bool) -> None:
        """For the next scans; those that run have their rules already."""
        asked = sorted(names)
        for start in range(0, len(asked), AT_ONCE):
            some = RuleRow.name.in_(asked[start : start + AT_ONCE])
            self._session.execute(update(RuleRow).where(RuleRow.org_id == org_id, some).values(is_enabled=enabled))

    def newest(self, product_id: str) -> tuple[str, tuple[RuleFile, ...], tuple[str, ...]] | None:
        """Of the product's organization: id and files of the newest set, and the names of rules that are disabled."""
        org_id = self._session.scalar(select(ProductRow.org_id).where(ProductRow.id == product_id))
        latest = select(func.max(RuleSetRow.id)).where(RuleSetRow.org_id == org_id).scalar_subquery()
        row = self._session.scalar(select(RuleSetRow).where(RuleSetRow.id == latest))
        if row is None:
            return None
        content = zstandard.ZstdDecompressor().decompress(row.files, max_output_size=2 * LARGEST_SET)
        off = select(RuleRow.name).where(RuleRow.org_id == org_id, RuleRow.is_enabled.is_(False)).order_by(RuleRow.name)
        files = msgspec.msgpack.decode(content, type=tuple[RuleFile, ...])
        return row.id, files, tuple(self._session.scalars(off))


def rules_of(org_id: str) -> Select[RuleRow, UserRow]:
    """Rules of an organization's newest set, with their authors."""
    query = select(RuleRow, UserRow).join(UserRow, UserRow.id == RuleRow.author_id)
    return query.where(RuleRow.org_id == org_id)


def _row(org_id: str, rule: CustomRule, before: CustomRule | None) -> RuleRow:
    """A rule that is what it was keeps its author and its time; one that was disabled stays so."""
    same = before if before is not None and before.body == rule.body else rule
    return RuleRow(
        org_id=org_id,
        name=rule.name,
        title=rule.title,
        description=rule.description,
        severity=str(rule.severity),
        severity_rank=rule.severity.rank,
        type=rule.type,
        engine=rule.engine,
        file=rule.file,
        body=rule.body,
        is_enabled=rule.is_enabled if before is None else before.is_enabled,
        author_id=same.author.id,
        update_time=same.update_time,
    )


def to_domain(row: RuleRow, author: UserRow) -> CustomRule:
    return CustomRule(
        name=row.name,
        title=row.title,
        description=row.description,
        severity=Severity(row.severity),
        type=row.type,
        engine=row.engine,
        file=row.file,
        body=row.body,
        is_enabled=row.is_enabled,
        author=user_to_domain(author),
        update_time=row.update_time,
    )
