"""`pellucid rules`: rules of one's own are checked."""

import json
from argparse import Namespace

from pellucid.cli import exit_codes
from pellucid.cli.given_rules import checked_at
from pellucid.cli.terminal import note, printable, say
from pellucid.rules.rule_file import CheckedFile


def run(arguments: Namespace) -> int:
    """0 when all files can be used, 1 when one cannot."""
    _, checked = checked_at(arguments.paths)
    if arguments.format == "json":
        say(json.dumps({"files": [_json(item) for item in checked]}, indent=2))
    else:
        for item in checked:
            _show(item)
        rules = sum(len(item.rules) for item in checked)
        bad = sum(bool(item.errors) for item in checked)
        note(f"pellucid: {len(checked):,} files, {rules:,} rules; {bad:,} files with errors")
    return exit_codes.ERRORS if any(item.errors for item in checked) else exit_codes.OK


def _show(item: CheckedFile) -> None:
    """A line for the file, and one for each remark, as compilers write them."""
    name = printable(item.name)
    said = [(error, "error") for error in item.errors]
    said += [(text, "warning") for text in (*item.warnings, *(text for rule in item.rules for text in rule.warnings))]
    if not item.errors:
        say(f"{name}: ok, {len(item.rules):,} {'rule' if len(item.rules) == 1 else 'rules'}")
    for text, kind in said:
        line, _, what = text.removeprefix("line ").partition(": ")
        say(f"{name}:{line}: {kind}: {printable(what)}")


def _json(item: CheckedFile) -> dict[str, object]:
    return {
        "name": item.name,
        "engine": item.engine,
        "status": "error" if item.errors else "ok",
        "errors": list(item.errors),
        "warnings": list(item.warnings),
        "rules": [
            {
                "name": rule.name,
                "line": rule.line,
                "title": rule.stated.title,
                "severity": rule.stated.severity,
                "type": rule.stated.type,
                "warnings": list(rule.warnings),
            }
            for rule in item.rules
        ],
    }
