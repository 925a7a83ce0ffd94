"""Writes the generated pages of docs/reference from the code: settings and units. With --check it only compares."""

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path

from pydantic.fields import FieldInfo

from pellucid.analyzers import ANALYZERS
from pellucid.extractors import EXTRACTORS
from pellucid.matchers import MATCHERS
from pellucid.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
MARK = "<!-- Written by `make reference`. Do not edit. -->"
UNITS = (("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30))
SIZES = {"upload_limit", "disk_reserve", "unit_memory", "scan_bytes", "extraction_bytes"}


def default_of(name: str, field: FieldInfo) -> str:
    """The default as a person would write it; sizes also in binary units."""
    value = field.default
    if name in SIZES and isinstance(value, int):
        unit, factor = next((u, f) for u, f in reversed(UNITS) if value % f == 0)
        return f"`{value}` ({value // factor} {unit})"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if str(value) else "empty"


def settings_page() -> str:
    """docs/reference/settings.md: every setting with its variable, default and meaning."""
    lines = [
        "# Settings",
        "",
        MARK,
        "",
        "Every setting is an environment variable. Sizes are bytes, times seconds, truth values `true` or `false`.",
        "Some have an option on the command line, too (`pellucid serve --port`); what stands there wins.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `PELLUCID_{name.upper()}` | {default_of(name, field)} | {field.description} |")
    return "\n".join(lines) + "\n"


def first_paragraph(text: str) -> str:
    """The first paragraph of a docstring in one line, safe in a table."""
    return " ".join(inspect.cleandoc(text).split("\n\n")[0].split()).replace("|", "\\|")


def table(title: str, rows: Iterable[tuple[str, int, str, str]]) -> list[str]:
    """One section of the page of units."""
    lines = ["", f"## {title}", "", "| name | version | kind | what it does |", "|---|---|---|---|"]
    return lines + [f"| `{name}` | {version} | {kind} | {text} |" for name, version, kind, text in sorted(rows)]


def units_page() -> str:
    """docs/reference/units.md: every extractor, analyzer and matcher with its own words."""
    lines = [
        "# Units",
        "",
        MARK,
        "",
        "Everything that Pellucid can unpack, recognise and judge. A result is cached under the version of its unit.",
    ]
    lines += table(
        "Extractors: artefact → artefacts",
        (
            (unit.name, unit.version, "stream" if unit.stream else "container", first_paragraph(unit.documentation))
            for unit in EXTRACTORS
        ),
    )
    lines += table(
        "Analyzers: artefact → facts",
        ((unit.name, unit.version, unit.stage.value, first_paragraph(unit.documentation)) for unit in ANALYZERS),
    )
    lines += table(
        "Matchers: facts and advisories → findings",
        ((unit.name, unit.version, "", first_paragraph(unit.documentation)) for unit in MATCHERS),
    )
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    return {REFERENCE / "settings.md": settings_page(), REFERENCE / "units.md": units_page()}


def main() -> None:
    """Write the pages, or with --check say which are out of date and end with 1."""
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
    if "--check" in sys.argv[1:]:
        sys.exit(f"out of date: {names}; run `make reference`" if stale else 0)
    for path in stale:
        path.write_text(pages()[path], encoding="utf-8")
    print(f"wrote {names}" if stale else "nothing has changed")


if __name__ == "__main__":
    main()
