"""Where vulnerabilities come from: findings by the vendor and product of the software that they are about."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from sqlalchemy import func, select

from pellucid.domain.access import Scope
from pellucid.domain.grid import ChartQuery, ChartRow
from pellucid.storage.database import Transaction
from pellucid.storage.listings.finding_chart import chosen
from pellucid.storage.listings.findings import FINDING

OF_SOFTWARE = {"vendor": FINDING.dependency_vendor, "product": FINDING.dependency_product}
COUNTED = ("vulnerabilitiesCount", "medianEmsScore")


def finding_provenance(tx: Transaction, scope: Scope, wanted: ChartQuery, *, most: int) -> Sequence[ChartRow]:
    """Groups by vendor and product, as far as these are asked for; those with the most findings first.

    Of each group, how many different vulnerabilities there are, and the median of their exploitation maturity scores,
    where these are asked for. What is about no dependency has no origin.
    """
    groups = [name for name in wanted.fields if name in OF_SOFTWARE]
    columns = [OF_SOFTWARE[name] for name in groups]
    query = chosen(tx, scope, wanted).where(FINDING.dependency_product != "")
    found = query.with_only_columns(
        *(column.label(f"group_{number}") for number, column in enumerate(columns)),
        FINDING.vulnerability,
        FINDING.maturity,
        maintain_column_froms=True,
    ).subquery()
    by = [found.c[f"group_{number}"] for number in range(len(groups))]
    rows = select(*by, found.c.vulnerability, func.max(found.c.maturity), func.count())
    findings: Counter[tuple[str, ...]] = Counter()
    scores: dict[tuple[str, ...], list[float | None]] = defaultdict(list)
    for *key, _, score, number in tx.session.execute(rows.group_by(*by, found.c.vulnerability)):
        findings[(*key,)] += number
        scores[(*key,)].append(score)
    if not groups and not findings:
        findings[()] = 0
    ranked = sorted(findings, key=lambda key: (-findings[key], key))[:most]
    return [
        ChartRow(values=dict(zip(groups, key, strict=True)) | _counted(scores[key], wanted.fields), count=findings[key])
        for key in ranked
    ]


def _counted(scores: Sequence[float | None], fields: Sequence[str]) -> dict[str, Any]:
    known = [score for score in scores if score is not None]
    values = {COUNTED[0]: len(scores), COUNTED[1]: round(median(known), 2) if known else None}
    return {name: value for name, value in values.items() if name in fields and value is not None}
