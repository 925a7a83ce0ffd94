"""The grammar of the command line. Light on purpose: `--help` must not load what the commands need."""

import argparse
from collections.abc import Callable
from pathlib import Path

from pellucid import __version__
from pellucid.cli import advisories_options, rules_options
from pellucid.domain.severity import Severity

EXIT_CODES = """exit codes:
  0    done; scan: nothing at or above --fail-on
  1    scan: a finding at or above --fail-on; advisories: a source could not be taken in;
       rules: a file has errors
  2    could not be done: the reason is on stderr
  130  stopped by Ctrl-C"""

ENVIRONMENT = """environment:
  PELLUCID_URL                              the server (default http://127.0.0.1:8080)
  PELLUCID_TOKEN                            an access token, or:
  PELLUCID_CLIENT_ID, PELLUCID_CLIENT_SECRET  an API client; a token is fetched and renewed
  PELLUCID_REALM                            realm of the token endpoint (default pellucid)"""

# The keys of reports.bill_document.FORMATS.
BILLS = ("cyclonedx", "cyclonedx-1.6", "cyclonedx-xml", "spdx", "spdx3", "csv", "md")
# The keys of reports.vex_document.FORMATS.
VEX = ("openvex", "cyclonedx-vex")
# The keys of reports.cbom.FORMATS.
CBOMS = ("cbom", "cbom-1.6")
# The keys of cli.report.SBOM.
SERVED_BILLS = ("cyclonedx", "cyclonedx-xml", "csv", "md", "spdx")
# The keys of cli.report.VEX.
SERVED_VEX = ("openvex", "cyclonedx")
# The keys of cli.report.CBOM.
SERVED_CBOMS = ("cyclonedx",)
# The keys of cli.report.CRYPTOGRAPHY.
SERVED_CRYPTOGRAPHY = ("pdf", "json", "xml", "csv", "md")

# argparse gives the type no public name.
Subparsers = argparse._SubParsersAction


def build(chosen: str = "") -> argparse.ArgumentParser:
    """The command of that name, or every one; the chosen one's module, below pellucid.cli, is in `module`."""
    parser = argparse.ArgumentParser(
        prog="pellucid",
        description="Looks inside compiled software: what an image is made of, and what is wrong with it.",
        epilog=f"examples:\n  pellucid scan firmware.bin\n  pellucid serve --data-dir /srv/pellucid\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"pellucid {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    every = (_scan, _extract, _serve, _worker, _upload, _wait, _status, _report, _rules, _doctor, _advisories)
    # Where only one is meant, the others need not be described.
    for add in [add for add in every if add.__name__ == f"_{chosen}"] or every:
        add(commands)
    return parser


def _command(
    commands: "Subparsers[argparse.ArgumentParser]", name: str, summary: str, examples: str, notes: str = ""
) -> argparse.ArgumentParser:
    parts = [f"examples:\n{examples}", notes, EXIT_CODES]
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog="\n\n".join(part for part in parts if part),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(module=name)
    return parser


def _data_dir(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help=f"where everything is kept (default: {default})")


def _scan(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "scan",
        "scan a file with no server: the whole pipeline, here and now",
        "  pellucid scan firmware.bin\n"
        "  pellucid scan firmware.bin --format json > result.json\n"
        "  pellucid scan firmware.bin --format cyclonedx > firmware.cdx.json    # bill of materials\n"
        "  pellucid scan firmware.bin --format spdx > firmware.spdx.json\n"
        "  pellucid scan firmware.bin --format cbom > firmware.cbom.json        # keys, certificates, algorithms\n"
        "  pellucid scan firmware.bin --fail-on high      # in CI: exit 1 on high or critical findings",
        "Progress goes to stderr, the document to stdout.\n"
        "Bills of materials: cyclonedx and cyclonedx-xml are version 1.7, spdx is 2.3, spdx3 is 3.0.1.\n"
        "Cryptography alone: cbom is CycloneDX 1.7, cbom-1.6 the version before.\n"
        "VEX: openvex and cyclonedx-vex say of each known vulnerability whether it matters, as far as that is known.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the image, archive, package or binary")
    parser.add_argument(
        "--format",
        choices=("table", "json", *BILLS, *CBOMS, *VEX),
        default="table",
        help="what to print (default: table)",
    )
    parser.add_argument(
        "--fail-on",
        type=_severity,
        metavar="SEVERITY",
        help=f"exit 1 when a finding is this severe or worse: {', '.join(Severity)}",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="keep results by content here, and take them from here: the next scan of similar files is quicker "
        "(default: PELLUCID_DATA_DIR, else nothing is kept)",
    )
    parser.add_argument("--processes", type=_count, metavar="N", help="analysis processes (default: one per core)")
    rules_options.add_to_scan(parser)


def _extract(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "extract",
        "unpack a file to the last file in it, and nothing else",
        "  pellucid extract firmware.bin --output firmware\n"
        "  pellucid extract firmware.bin --output firmware --format json | jq .files",
        "Files alone are created; links, devices, owners and modes are listed in DIR/pellucid-extract.json.\n"
        "Progress goes to stderr, the summary to stdout.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the image, archive or package")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a folder that is new or empty")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="what to print (default: table)")
    parser.add_argument(
        "--force", action="store_true", help="take a folder that is not empty; what has the same name is replaced"
    )
    parser.add_argument("--processes", type=_count, metavar="N", help="processes that unpack (default: one per core)")


def _serve(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "serve",
        "run the whole platform: API and workers in one process tree",
        "  pellucid serve --data-dir /srv/pellucid\n"
        "  pellucid serve --data-dir /srv/pellucid --host 0.0.0.0 --port 8443 --workers 2",
        "The first start writes DIR/credentials.json (mode 0600).\n"
        "Every setting is also read from the environment, as PELLUCID_….",
    )
    _data_dir(parser, "PELLUCID_DATA_DIR, else ./pellucid-data")
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, metavar="N", help="port to listen on; 0 takes a free one (default: 8080)")
    parser.add_argument("--workers", type=_natural, metavar="N", help="worker processes; 0: none (default: 1)")


def _worker(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "worker",
        "run one worker beside a server that shares the data directory",
        "  pellucid worker --data-dir /srv/pellucid",
    )
    _data_dir(parser, "PELLUCID_DATA_DIR, else ./pellucid-data")


def _upload(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "upload",
        "upload an image to a server and have it scanned",
        "  pellucid upload firmware.bin --product router --name router --version 1.0.2 --wait\n"
        "  pellucid upload firmware.bin --product 01J9Z3T5N8K2V4Q6R7S0W1X2Y3 --version 1.0.2 --format json",
        ENVIRONMENT,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to upload; it is streamed from the disk")
    parser.add_argument("--product", required=True, metavar="ID|NAME", help="the product that the image belongs to")
    parser.add_argument("--name", help="name of the image (default: the file's name)")
    parser.add_argument("--version", required=True, help="version of the image")
    parser.add_argument("--wait", action="store_true", help="follow the scan to its end, as `pellucid wait` does")
    parser.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="with --wait: give up after so long")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="json prints the image as JSON")


def _wait(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "wait",
        "follow the newest scan of an image to its end",
        "  pellucid wait router 01J9Z3T5N8K2V4Q6R7S0W1X2Y3\n  pellucid wait router router@1.0.2 --timeout 600",
        "Exits 0 when the scan is completed, 2 when it failed, was cancelled or did not end in time.\n\n" + ENVIRONMENT,
    )
    _image(parser)
    parser.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="give up after so long (default: never)")


def _status(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "status",
        "show the newest scan of an image and its counts",
        "  pellucid status router router@1.0.2\n  pellucid status router router@1.0.2 --format json | jq .counts",
        ENVIRONMENT,
    )
    _image(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="json prints the image as JSON")


def _report(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "report",
        "fetch a document about an image from a server",
        "  pellucid report sbom --product router --image router@1.0.2 > router.cdx.json\n"
        "  pellucid report sbom --product router --image router@1.0.2 --format spdx --output router.spdx.json\n"
        "  pellucid report vex --product router --image router@1.0.2 > router.openvex.json\n"
        "  pellucid report cbom --product router --image router@1.0.2 > router.cbom.json\n"
        "  pellucid report cryptography --product router --image router@1.0.2 --output router-cryptography.pdf",
        ENVIRONMENT,
    )
    kinds = parser.add_subparsers(title="reports", metavar="REPORT", dest="report", required=True)
    sbom = kinds.add_parser("sbom", help="the bill of materials of its newest finished scan", allow_abbrev=False)
    _document(sbom, SERVED_BILLS, "how it is written (default: cyclonedx, as JSON)")
    vex = kinds.add_parser("vex", help="what was decided on each vulnerability that is known in it", allow_abbrev=False)
    _document(vex, SERVED_VEX, "how it is written (default: openvex)")
    cbom = kinds.add_parser("cbom", help="its keys, certificates, algorithms and protocols", allow_abbrev=False)
    _document(cbom, SERVED_CBOMS, "how it is written (default: cyclonedx, as JSON)")
    cryptography = kinds.add_parser(
        "cryptography", help="which of them outlast quantum computers, by NIST IR 8547", allow_abbrev=False
    )
    _document(cryptography, SERVED_CRYPTOGRAPHY, "how it is written (default: pdf, for people)")


def _document(parser: argparse.ArgumentParser, formats: tuple[str, ...], meaning: str) -> None:
    parser.add_argument("--product", required=True, metavar="ID|NAME", help="the product that the image belongs to")
    parser.add_argument(
        "--image", required=True, metavar="ID|NAME", help="id of the image, its name@version, or its name (the newest)"
    )
    parser.add_argument("--format", choices=formats, default=formats[0], help=meaning)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there (default: to stdout)")


def _image(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("product", metavar="PRODUCT", help="id or name of the product")
    parser.add_argument("image", metavar="IMAGE", help="id of the image, its name@version, or its name (the newest)")


def _doctor(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "doctor",
        "say what this machine lacks, and what that costs",
        "  pellucid doctor --data-dir /srv/pellucid",
    )
    _data_dir(parser, "PELLUCID_DATA_DIR, else ./pellucid-data")


def _advisories(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    summary = "fetch, look after and carry vulnerability data"
    parser = _command(commands, "advisories", summary, advisories_options.EXAMPLES, advisories_options.NOTES)
    advisories_options.add(parser)


def _rules(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "rules", "check rules of one's own", rules_options.EXAMPLES, rules_options.NOTES)
    rules_options.add(parser)


def _severity(text: str) -> Severity:
    try:
        return Severity("unspecified" if text in ("informational", "none") else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(Severity)}") from None


def _number(what: str, lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and lowest <= int(text[:12]) <= highest):
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return int(text)

    return parse


_port = _number("a port (0 to 65535)", 0, 65535)
_natural = _number("a number from 0 to 1000", 0, 1000)
_count = _number("a number from 1 to 1000", 1, 1000)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value
