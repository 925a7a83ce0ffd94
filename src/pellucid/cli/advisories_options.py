"""The grammar of `pellucid advisories`."""

import argparse
from pathlib import Path

EXAMPLES = (
    "  pellucid advisories update                                  # all sources, only what has changed\n"
    "  pellucid advisories update kev epss 'osv/Debian'\n"
    "  pellucid advisories status\n"
    "  pellucid advisories export advisories.bundle                # to be carried to a site without internet\n"
    "  pellucid advisories import advisories.bundle --key ed25519:…\n"
    "  pellucid advisories import feeds/                           # files as their publishers have them"
)
NOTES = (
    "Exits 1 when some of the sources could not be taken in; what was there of them is kept.\n"
    "Only `update` asks anybody, and only publishers of feeds or their mirrors (PELLUCID_FEEDS_MIRRORS)."
)


def add(parser: argparse.ArgumentParser) -> None:
    """The actions, each with its options."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    update = actions.add_parser("update", help="fetch what has changed from the publishers", allow_abbrev=False)
    update.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="names, with * and ? (default: PELLUCID_FEEDS_WANTED, else all)"
    )
    update.add_argument("--whole", action="store_true", help="fetch everything, as if nothing were there")
    _force(update)
    importing = actions.add_parser("import", help="take in a bundle, or files of feeds", allow_abbrev=False)
    importing.add_argument("path", type=Path, metavar="PATH", help="a bundle, a file of a feed, or a folder of them")
    importing.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        help="trust this public key, besides PELLUCID_FEEDS_TRUSTED_KEYS; may be repeated",
    )
    importing.add_argument("--unsigned", action="store_true", help="take a bundle in, whoever signed it")
    _force(importing)
    status = actions.add_parser("status", help="say which sources there are and how old they are", allow_abbrev=False)
    status.add_argument("--json", action="store_true", help="print it as JSON")
    exporting = actions.add_parser("export", help="write all of it to one signed file", allow_abbrev=False)
    exporting.add_argument("file", type=Path, metavar="FILE", help="the bundle to be written")
    keygen = actions.add_parser("keygen", help="print the public key that bundles are signed with", allow_abbrev=False)
    for action in (update, importing, status, exporting, keygen):
        action.add_argument(
            "--data-dir",
            type=Path,
            metavar="DIR",
            help="where everything is kept (default: PELLUCID_DATA_DIR, else ./pellucid-data)",
        )


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="also take what is older, or has lost many records, which is else refused"
    )
