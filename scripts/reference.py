"""Writes what is generated from the code: three pages of docs/reference, the indexes of extractors and analyzers.

With --check it only compares.
"""

import argparse
import inspect
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from pellucid import analyzers, extractors
from pellucid.analysis import analyzer_index, extractor_index
from pellucid.analysis.extractor import Extractor
from pellucid.cli import parser as command_line
from pellucid.formats.identify import containers
from pellucid.matchers import MATCHERS
from pellucid.matchers.classes import classes
from pellucid.settings import Settings, variable

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
PACKAGE = ROOT / "src" / "pellucid"
MARK = "<!-- Written by `make reference`. Do not edit. -->"
UNITS = (("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30))
SIZES = {"upload_limit", "disk_reserve", "unit_memory", "scan_bytes", "extraction_bytes"}


def default_of(name: str, value: object) -> str:
    """The default as a person would write it; sizes also in binary units."""
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
    for item in fields(Settings):
        meaning = item.metadata["description"]
        lines.append(f"| `{variable(item.name)}` | {default_of(item.name, item.default)} | {meaning} |")
    return "\n".join(lines) + "\n"


def first_paragraph(text: str) -> str:
    """The first paragraph of a docstring in one line, safe in a table."""
    return " ".join(inspect.cleandoc(text).split("\n\n")[0].split()).replace("|", "\\|")


def table(title: str, rows: Iterable[tuple[str, int, str, str]]) -> list[str]:
    """One section of the page of units."""
    lines = ["", f"## {title}", "", "| name | version | kind | what it does |", "|---|---|---|---|"]
    return lines + [f"| `{name}` | {version} | {kind} | {text} |" for name, version, kind, text in sorted(rows)]


def _kind(unit: Extractor) -> str:
    return "part" if unit.partial else "stream" if unit.stream else "container"


def units_page() -> str:
    """docs/reference/units.md: every extractor, analyzer and matcher with its own words."""
    lines = [
        "# Units",
        "",
        MARK,
        "",
        "Everything that Pellucid can unpack, recognise and judge. A result is cached under the version of its unit.",
        "An extractor of the kind part takes out what an artefact carries; the artefact is analysed as well.",
    ]
    lines += table(
        "Extractors: artefact → artefacts",
        (
            (unit.name, unit.version, _kind(unit), first_paragraph(unit.documentation))
            for _, _, unit in extractors.declared()
        ),
    )
    named = ", ".join(f"`{kind}`" for kind in sorted(containers()))
    lines += ["", "Recognised and not unpacked: " + named + "."]
    lines += ["The result names each that is met, and it is searched for the formats above."]
    lines += table(
        "Analyzers: artefact → facts",
        (
            (unit.name, unit.version, unit.stage.value, first_paragraph(unit.documentation))
            for _, _, unit in analyzers.declared()
        ),
    )
    lines += table(
        "Matchers: facts and advisories → findings",
        ((unit.name, unit.version, "", first_paragraph(unit.documentation)) for unit in MATCHERS),
    )
    return "\n".join(lines) + "\n"


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a parser by name, in their order."""
    for action in parser._actions:  # argparse shows its actions nowhere else
        if isinstance(action, argparse._SubParsersAction):  # it has no public name
            return dict(action.choices)
    return {}


def options_of(parser: argparse.ArgumentParser) -> list[str]:
    """A table of the arguments of one command."""
    lines = ["| argument | meaning |", "|---|---|"]
    for action in parser._actions:  # as above
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):  # as above
            continue
        shown = str(action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper()))
        parts = [", ".join(action.option_strings), "" if action.nargs == 0 else shown]
        name = " ".join(filter(None, parts)).replace("|", "\\|")
        needed = " (needed)" if action.required and action.option_strings else ""
        lines.append(f"| `{name}` | {action.help}{needed} |")
    return lines if len(lines) > 2 else []


def command_page() -> str:
    """docs/reference/cli.md: every command with its arguments and examples."""
    lines = ["# Command line", "", MARK]
    pending = list(subcommands(command_line.build()).items())
    while pending:
        name, parser = pending.pop(0)
        pending[:0] = [(f"{name} {action}", below) for action, below in subcommands(parser).items()]
        lines += ["", f"## pellucid {name}"]
        for part in (parser.description, *(options_of(parser) and ["\n".join(options_of(parser))])):
            lines += ["", part] if part else []
        examples = (parser.epilog or "").split("\n\n")[0].splitlines()[1:]
        lines += ["", *(f"    {line.strip()}" for line in examples)] if examples else []
    return "\n".join([*lines, "", "What the exit codes mean: [exit codes](exit-codes.md)."]) + "\n"


def classes_page() -> str:
    """docs/reference/finding-classes.md: what each class of findings means."""
    lines = ["# Classes of findings", "", MARK, ""]
    lines += [
        "Every judgement belongs to one of these classes. What is said here holds for every finding of the class;"
    ]
    lines += ["the finding itself adds where it was seen, and what was there."]
    for item in classes().values():
        weaknesses = ", ".join(item.weaknesses)
        facts = f"Type `{item.type}`, severity {item.severity}" + (f", {weaknesses}" if weaknesses else "") + "."
        lines += ["", f"## `{item.id}`", "", f"**{item.title}.** {facts}", "", item.description, ""]
        lines += [f"*Impact:* {item.impact}", "", f"*What to do:* {item.action}"]
        if item.references:
            lines += ["", *(f"- <{url}>" for url in item.references)]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Every generated file by its path."""
    return {
        PACKAGE / "extractors" / "index.json": extractor_index.write(extractors.declared()),
        PACKAGE / "analyzers" / "index.json": analyzer_index.write(analyzers.declared()),
        REFERENCE / "cli.md": command_page(),
        REFERENCE / "finding-classes.md": classes_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "units.md": units_page(),
    }


def main() -> None:
    """Write them, or with --check say which are out of date and end with 1."""
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
    if "--check" in sys.argv[1:]:
        sys.exit(f"out of date: {names}; run `make reference`" if stale else 0)
    for path in stale:
        path.write_text(pages()[path], encoding="utf-8")
    print(f"wrote {names}" if stale else "nothing has changed")


if __name__ == "__main__":
    main()
