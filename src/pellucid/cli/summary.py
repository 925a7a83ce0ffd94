"""The result of a scan for people: counts, findings, dependencies, crypto assets, problems."""

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pellucid.cli.terminal import duration, printable, size
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.severity import Severity

MOST_FINDINGS = 25
MOST_ROWS = 60
MOST_PROBLEMS = 15
PLAIN_WIDTH = 160
SEEN = 60
STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.UNSPECIFIED: "dim",
}


def show(result: ScanResult) -> None:
    """Print it to stdout; in colours, and as wide as the window, when that is a terminal."""
    width = shutil.get_terminal_size((PLAIN_WIDTH, 50)).columns if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(width=width, highlight=False)
    console.print(_heading(result))
    console.print(_counts(result))
    for table in (_findings(result.findings), _dependencies(result), _crypto_assets(result), _problems(result)):
        if table is not None:
            console.print()
            console.print(table)


def _heading(result: ScanResult) -> Text:
    text = Text.assemble((printable(result.filename), "bold"), f"  {size(result.size)}  sha256 {result.sha256}\n")
    reused = f" ({result.reused:,} known from before)" if result.reused else ""
    text.append(f"{len(result.artefacts):,} artefacts{reused} in {duration(result.seconds)}\n")
    return text


def _counts(result: ScanResult) -> Table:
    counts = result.counts
    table = Table.grid(padding=(0, 2))
    by_severity = Counter(finding.severity for finding in result.findings)
    severities = ", ".join(f"{by_severity[item]:,} {item}" for item in reversed(Severity) if by_severity[item])
    rows = (
        ("findings", f"{len(result.findings):,}" + (f"  ({severities})" if severities else "")),
        ("  known exploited", f"{counts.kev:,}"),
        ("dependencies", f"{counts.dependencies:,}"),
        ("cryptographic assets", f"{counts.cryptographic_assets:,}"),
        ("  expired certificates", f"{counts.expired_certificates:,}"),
        ("algorithms and protocols", f"{len({item.identity for item in result.crypto_uses}):,}"),
        ("unsafe functions", f"{counts.unsafe_functions:,}"),
        ("components", f"{len(result.components):,}"),
        ("problems", f"{len(result.problems):,}"),
    )
    for words, number in rows:
        table.add_row(Text(words), Text(number))
    return table


def _findings(findings: Sequence[Finding]) -> Table | None:
    # The most severe first; among equals those that are known to be exploited.
    ranked = sorted(
        findings, key=lambda item: (-item.severity.rank, not item.is_kev, -(item.cvss_score or 0), item.name)
    )
    table = _table("Findings", ("Severity", "Sure", "Name", "What", "Where", "Seen"), len(ranked), MOST_FINDINGS)
    for item in ranked[:MOST_FINDINGS]:
        name = printable(item.name) + (" (exploited)" if item.is_kev else "")
        table.add_row(
            Text(str(item.severity), style=STYLES[item.severity]),
            Text(f"{item.confidence:.0%}"),
            Text(name),
            Text(printable(item.title)),
            Text(_where(item.evidence)),
            Text(_seen(item.evidence)),
        )
    return table if findings else None


def _dependencies(result: ScanResult) -> Table | None:
    ordered = sorted(result.dependencies, key=lambda item: (item.product.lower(), item.version))
    table = _table("Dependencies", ("Product", "Version", "Licence", "Where", "Seen"), len(ordered), MOST_ROWS)
    for item in ordered[:MOST_ROWS]:
        cells = (item.product, item.version or "unknown", item.licence, _where(item.evidence), _seen(item.evidence))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table if ordered else None


def _crypto_assets(result: ScanResult) -> Table | None:
    places: dict[tuple[str, str], list[CryptoAsset]] = {}
    for asset in result.crypto_assets:
        places.setdefault(asset.identity, []).append(asset)
    table = _table(
        "Cryptographic assets", ("Kind", "Algorithm", "What", "Valid until", "Where"), len(places), MOST_ROWS
    )
    for group in list(places.values())[:MOST_ROWS]:
        asset = group[0]
        until = f"{asset.not_after:%Y-%m-%d}" if asset.not_after else ""
        expired = asset.expired(result.started)
        algorithm = f"{asset.algorithm} {asset.key_bits or ''}".strip() + (" encrypted" if asset.encrypted else "")
        table.add_row(
            Text(str(asset.kind)),
            Text(printable(algorithm)),
            Text(printable(asset.subject) or asset.fingerprint[:16]),
            Text(until + (" expired" if expired else ""), style="red" if expired else ""),
            Text(_where([item.evidence for item in group])),
        )
    return table if places else None


def _problems(result: ScanResult) -> Table | None:
    table = _table(
        "Problems: what was not, or not fully, read",
        ("Unit", "Kind", "Where", "Why"),
        len(result.problems),
        MOST_PROBLEMS,
    )
    for item in result.problems[:MOST_PROBLEMS]:
        cells = (item.unit, str(item.kind), _short(item.artefact), item.message)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table if result.problems else None


def _table(title: str, columns: Iterable[str], number: int, most: int) -> Table:
    caption = f"{number - most:,} more: --format json has all" if number > most else None
    table = Table(title=Text(title, style="bold"), title_justify="left", caption=caption, caption_justify="left")
    table.box = None
    table.padding = (0, 1)
    for column in columns:
        table.add_column(
            column, overflow="fold" if column in ("What", "Why") else "ellipsis", no_wrap=column in ("Severity", "Sure")
        )
    return table


def _where(evidence: Sequence[Evidence]) -> str:
    places = list(dict.fromkeys(item.artefact for item in evidence))
    if not places:
        return ""
    return printable(_short(places[0])) + (f" and {len(places) - 1:,} more" if len(places) > 1 else "")


def _short(path: str) -> str:
    """The innermost part of a path through containers that has a name: where a person would look."""
    outer, _, inner = path.rpartition("!")
    return f"{outer.rpartition('!')[2]}!{inner}" if outer and inner.startswith("0x") else inner


def _seen(evidence: Sequence[Evidence]) -> str:
    text = printable(evidence[0].seen) if evidence else ""
    return text if len(text) <= SEEN else text[: SEEN - 1] + "…"
