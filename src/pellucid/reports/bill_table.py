"""Bills as tables: CSV (RFC 4180) for spreadsheets, Markdown for people."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC

from pellucid.domain.bill import Bill
from pellucid.domain.dependency import Dependency
from pellucid.reports.bill_graph import BillGraph, places
from pellucid.reports.licences import licence_of
from pellucid.reports.tables import csv_lines, markdown_table, markdown_text

COLUMNS = (
    "name",
    "version",
    "vendor",
    "licence",
    "purl",
    "cpe",
    "ecosystem",
    "linkage",
    "witness",
    "confidence",
    "components",
    "places",
    "requires",
)
MOST_PLACES = 16


def bill_csv(bill: Bill) -> str:
    """One row a dependency, in the order of the other documents; lists are joined by "; "."""
    graph = BillGraph(bill)
    carriers: dict[str, int] = defaultdict(int)
    for _, dependency in graph.carried:
        carriers[dependency] += 1
    return "".join(csv_lines(COLUMNS, (_row(item, carriers[ref]) for ref, item in graph.dependencies)))


def _row(item: Dependency, components: int) -> tuple[str, ...]:
    paths = places(item)
    shown = [*paths[:MOST_PLACES], f"and {len(paths) - MOST_PLACES} more"] if len(paths) > MOST_PLACES else paths
    return (
        item.product,
        item.version or item.version_range,
        item.vendor,
        _licence(item),
        item.purl,
        item.cpe,
        item.ecosystem,
        str(item.linkage),
        str(item.witness),
        f"{item.confidence:g}",
        str(components),
        "; ".join(shown),
        "; ".join(item.requires),
    )


def bill_markdown(bill: Bill) -> str:
    """Heading, what the bill is about, how much was read, and a table of dependencies."""
    created = bill.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    about = [
        ("Product", bill.product),
        ("Version", bill.image_version),
        ("Supplier", bill.supplier),
        ("File", f"{bill.file_name}, {bill.file_size:,} bytes"),
        ("SHA-256", bill.file_sha256),
        ("Scanned", f"{created}, Pellucid {bill.tool_version}"),
        ("Files in it", f"{bill.coverage.artefacts:,}, {bill.coverage.unread:,} of them not fully read"),
        ("Components", f"{len(bill.components):,}"),
        ("Dependencies", f"{len(bill.dependencies):,}"),
    ]
    lines = [f"# Software bill of materials: {markdown_text(bill.image_name)}", ""]
    lines += [f"- {name}: {markdown_text(value)}" for name, value in about if value]
    lines += ["", "## Dependencies", ""]
    lines += markdown_table(("Name", "Version", "Vendor", "Licence", "Package URL", "Confidence"), _rows(bill))
    if problems := bill.coverage.problems:
        rows = [(unit, str(kind), f"{count:,}") for (unit, kind), count in sorted(problems.items())]
        lines += ["", "## Not fully read", "", *markdown_table(("Unit", "Why", "Times"), rows)]
    return "\n".join(lines) + "\n"


def _rows(bill: Bill) -> Iterable[tuple[str, ...]]:
    for _, item in BillGraph(bill).dependencies:
        version = item.version or item.version_range
        yield (item.product, version, item.vendor, _licence(item), item.purl, f"{item.confidence:.0%}")


def _licence(item: Dependency) -> str:
    licence = licence_of(item.licence)
    return licence.id or licence.expression or licence.name if licence else ""
