"""The grammar of `pellucid rules`, and of scans with rules."""

import argparse
from pathlib import Path

EXAMPLES = (
    "  pellucid rules lint rules/\n"
    "  pellucid rules lint rules.zip --format json | jq '.files[] | select(.status == \"error\")'"
)
NOTES = "Exits 1 when a file has errors. `pellucid scan FILE --rules PATH` matches them."


def add(parser: argparse.ArgumentParser) -> None:
    """The actions, each with its options."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    lint = actions.add_parser("lint", help="say of each file what is wrong with it", allow_abbrev=False)
    lint.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file (.yar, .yara, .yml), a folder or an archive of them"
    )
    lint.add_argument("--format", choices=("table", "json"), default="table", help="what to print (default: table)")


def add_to_scan(parser: argparse.ArgumentParser) -> None:
    """The option of a scan."""
    parser.add_argument(
        "--rules",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="match these rules, too: a file (.yar, .yara), a folder or an archive of them; may be repeated",
    )
