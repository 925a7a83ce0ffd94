"""The security tracker of Debian: what each vulnerability means for each source package in each release.

One JSON object, {source package: {vulnerability: {description, releases: {codename: {status, fixed_version, ...}}}}}
(https://security-tracker.debian.org/tracker/data/json). A record is one vulnerability of one package, kept as an
object of the same shape with nothing else in it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.debian_releases import ecosystem
from pellucid.advisories.feeds.json_records import Understood, raw_record
from pellucid.advisories.feeds.long_json import singles
from pellucid.advisories.feeds.publications import decoded, head
from pellucid.domain.statement import AdvisoryRecord, Affected, FixPlan, Standing, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Reference
from pellucid.formats.json_document import mapping, text
from pellucid.formats.version_order import latest
from pellucid.formats.version_order.debian import dpkg

SOURCE = "debian"
BEGINNING = re.compile(rb'\s*\{\s*"[a-z0-9][a-z0-9+.-]{0,200}"\s*:\s*\{\s*"(?:CVE-\d{4}|TEMP-\d)')
NAME = re.compile(r"(?:CVE-\d{4}-\d{4,19}|TEMP-\d+-[0-9A-F]+)")
TRACKER = "https://security-tracker.debian.org/tracker/"
BUGS = "https://bugs.debian.org/"
MOST_RELEASES = 50
LONGEST_DESCRIPTION = 4096
DEVELOPMENT = "sid"
NEVER = "0"  # as fixed_version: no version of the package ever had it
ALL = (VersionRange(),)
# What the security team means to do about what it will not publish a notice for; "" and "no-dsa" are for "minor".
PLANS = {"ignored": FixPlan.WILL_NOT_FIX}
END_OF_LIFE = "end-of-life"


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    for number, content in enumerate(singles(path, depth=2)):
        yield raw_record(content, f"{path.name}#{number}", _understood)


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """A record that was kept: of one vulnerability of one package. Raises Malformed."""
    return _understood(decoded(raw)).record


def _understood(document: Any) -> Understood:
    for package, entries in mapping(document).items():
        for name, entry in mapping(entries).items():
            id_ = f"{package[:150]}/{name[:150]}"
            if not NAME.fullmatch(name):
                return Understood(None, "neither a CVE nor a temporary name of the tracker", id_)
            record = _record(package, name, mapping(entry))
            return Understood(record, "" if record else "nothing is said of any release", id_)
        return Understood(None, "no list of vulnerabilities", package)
    return Understood(None)


def _record(package: str, name: str, entry: dict[str, Any]) -> AdvisoryRecord | None:
    releases = {key: mapping(value) for key, value in list(mapping(entry.get("releases")).items())[:MOST_RELEASES]}
    fix = text(releases.get(DEVELOPMENT, {}).get("fixed_version"))
    affected = [_affected((ecosystem(codename), package), row, fix) for codename, row in releases.items()]
    stated = tuple(item for item in affected if item)
    if not stated:
        return None
    bug = entry.get("debianbug")
    references = [Reference(url=TRACKER + name, kind="ADVISORY")]
    if isinstance(bug, int) and bug > 0:
        references.append(Reference(url=f"{BUGS}{bug}", kind="REPORT"))
    return AdvisoryRecord(
        id=name,
        description=str(entry.get("description") or "")[:LONGEST_DESCRIPTION],
        references=tuple(references),
        affected=stated,
    )


def _affected(subject: Subject, row: dict[str, Any], fix: str) -> Affected | None:
    """None for what makes no sense: a state that is not known, or a fix that has no version."""
    status, fixed = row.get("status"), text(row.get("fixed_version"))
    urgency = text(row.get("urgency")).rstrip("*")  # stars: the urgency is NVD's word, not Debian's
    if status == "resolved" and fixed == NEVER:
        return Affected(subject=subject, standing=Standing.NOT_AFFECTED, any_version=True, urgency=urgency)
    if status == "resolved" and fixed:
        return Affected(subject=subject, ranges=(VersionRange(fixed=fixed),), urgency=urgency)
    if status == "undetermined":
        return Affected(subject=subject, ranges=ALL, standing=Standing.UNDETERMINED, urgency=urgency)
    if status == "open":
        note = " ".join(filter(None, (_remark(row), _contradiction(row, fix))))
        return Affected(subject=subject, ranges=ALL, plan=_plan(row, urgency), urgency=urgency, note=note)
    return None


def _plan(row: dict[str, Any], urgency: str) -> FixPlan:
    if urgency == END_OF_LIFE:
        return FixPlan.END_OF_LIFE
    if "nodsa" not in row and "nodsa_reason" not in row:
        return FixPlan.NONE
    return PLANS.get(text(row.get("nodsa_reason")), FixPlan.DEFERRED)


def _remark(row: dict[str, Any]) -> str:
    remark = text(row.get("nodsa"))[:300]
    return f"Debian: {remark.rstrip('.')}." if remark else ""


def _contradiction(row: dict[str, Any], fix: str) -> str:
    """The tracker may call open what has the fix already: its word stands, but the reader is told.

    `fix` is the version of the development branch that has it; a fix for another release says nothing.
    """
    versions = [version for version in map(text, mapping(row.get("repositories")).values()) if version]
    if not versions or fix in ("", NEVER) or dpkg(newest := latest(versions, dpkg), fix) < 0:
        return ""
    return f"The release has {newest}, and the development branch has the fix since {fix}, which is not later."


def _recognise(_path: Path, first: bytes) -> str:
    return SOURCE if BEGINNING.match(head(first)) else ""


FEED = Feed(
    name="debian",
    title="Debian security tracker",
    version=1,
    licence="no licence stated",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://security-tracker.debian.org/tracker/data/json",
            name="debian/security-tracker.json",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=normalise,
    notice="Contains data of the Debian security tracker.",
)
