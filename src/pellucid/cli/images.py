"""An image of a server on the terminal: its scan followed, its counts shown."""

from typing import Any

from pellucid.cli import exit_codes
from pellucid.cli.api_client import ApiClient
from pellucid.cli.follow import follow
from pellucid.cli.terminal import note, printable, say
from pellucid.errors import NotFound

COUNTS = (
    ("dependenciesCount", "dependencies"),
    ("cryptographicAssetsCount", "cryptographic assets"),
    ("expiredCertificatesCount", "expired certificates"),
    ("unsafeFunctionsCount", "unsafe functions"),
    ("kev", "known exploited vulnerabilities"),
    ("newEscalationsCount", "new escalations"),
)

MOST_PROBLEMS = 10


def finish(api: ApiClient, product_id: str, image_id: str, *, timeout: float | None) -> int:
    """Follow the newest scan of the image and say how it ended, on stderr; the exit code."""
    state = follow(api, product_id, image_id, timeout=timeout)
    if state == "completed":
        image = api.get(f"/api/v4/products/{product_id}/images/{image_id}", withCounts="true")
        note(f"The scan is completed: {counted(image)}.")
        return exit_codes.OK
    note(f"pellucid: error: the scan has {'failed' if state == 'failed' else 'been cancelled'}.")
    return exit_codes.FAILED


def show(image: dict[str, Any]) -> None:
    """Name, state and counts, for people."""
    scan = image.get("latestScan") or {}
    state = (scan.get("latestScanState") or {}).get("type", "no scan")
    say(f"{printable(image['name'])} {printable(image['version'])} ({image['id']})")
    say(f"  scan: {state}" + (f", begun {scan['createTime']}" if scan else ""))
    counts = image.get("counts")
    if counts:
        for field, words in COUNTS:
            say(f"  {words}: {counts[field]:,}")
        for entry in counts["findingTypeCounts"]:
            say(f"  findings of type {entry['type']}: {entry['count']:,}")


def show_problems(api: ApiClient, path: str, image: dict[str, Any]) -> None:
    """What the newest scan could not read, the first of it."""
    scan = image.get("latestScan")
    if not scan:
        return
    try:
        problems = api.get(f"{path}/scans/{scan['id']}/problems", limit=str(MOST_PROBLEMS + 1))["problems"]
    except NotFound:
        # A server that keeps to the contract alone.
        return
    for problem in problems[:MOST_PROBLEMS]:
        place, message = printable(problem["artefact"]), printable(problem["message"])
        say(f"  not read: {problem['unit']}, {problem['kind']}: {message} ({place})")
    if len(problems) > MOST_PROBLEMS:
        say("  ... and more: pellucid scan FILE --format json has all")


def counted(image: dict[str, Any]) -> str:
    """The counts in one line."""
    counts = image.get("counts") or {}
    findings = sum(entry["count"] for entry in counts.get("findingTypeCounts", ()))
    return (
        f"{counts.get('dependenciesCount', 0):,} dependencies, {findings:,} findings, "
        f"{counts.get('cryptographicAssetsCount', 0):,} cryptographic assets"
    )
