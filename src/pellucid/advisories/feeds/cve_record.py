"""A record in the format of the CVE programme (CVE record format 5.0 to 5.2): of the CNA, and of those who add to it.

A record has a container of the CNA, who published the CVE, and any number of containers of "authorized data
publishers", of which CISA's says whether it is exploited, and rates and names products where the CNA did not.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.advisories.feeds import nvd_affected, nvd_configurations
from pellucid.advisories.feeds.fields import CVE, LONGEST_TITLE, moment, prose, references, weaknesses
from pellucid.advisories.feeds.publications import decoded
from pellucid.advisories.scores import CISA_ADP, rating
from pellucid.domain.statement import AdvisoryRecord, Affected, FixPlan, Subject
from pellucid.domain.vulnerability import KnownExploited, Rating, Ssvc, VulnerabilityState
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, objects, text, texts

MOST_CONTAINERS = 50
MOST_METRICS = 50
VECTORS = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
NO_SUPPORT = "unsupported-when-assigned"

Container = dict[str, Any]


def record_of(raw: bytes) -> AdvisoryRecord:
    """Raises Malformed for what is no record of a CVE."""
    document = decoded(raw)
    if not isinstance(document, dict) or document.get("dataType") != "CVE_RECORD":
        raise Malformed("not a record of a CVE in format 5")
    about = mapping(document.get("cveMetadata"))
    name, state = text(about.get("cveId")), about.get("state")
    if not CVE.fullmatch(name) or state not in ("PUBLISHED", "REJECTED"):
        raise Malformed("a record of a CVE without its name and state")
    containers = mapping(document.get("containers"))
    cna, others = mapping(containers.get("cna")), objects(containers.get("adp"))[:MOST_CONTAINERS]
    rejected = state == "REJECTED"
    return AdvisoryRecord(
        id=name,
        title=prose(cna.get("title"), LONGEST_TITLE),
        description=_english(cna.get("rejectedReasons" if rejected else "descriptions")),
        state=VulnerabilityState.REJECTED if rejected else VulnerabilityState.LIVE,
        disputed="disputed" in texts(cna.get("tags")),
        published=moment(about.get("datePublished")) or moment(cna.get("datePublic")),
        modified=moment(about.get("dateUpdated")),
        ratings=tuple(dict.fromkeys(item for one in (cna, *others) for item in _ratings(one))),
        kev=next(filter(None, map(_known_exploited, others)), None),
        ssvc=next(filter(None, map(_decision_points, others)), None),
        weaknesses=weaknesses(item for one in (cna, *others) for item in _problem_types(one)),
        references=references(item for one in (cna, *others) for item in _references(one)),
        affected=() if rejected else _affected(cna, others),
    )


def _english(value: Any) -> str:
    found = objects(value)
    spoken = [item for item in found if text(item.get("lang")).lower().startswith("en")] or found
    return next(filter(None, (prose(item.get("value")) for item in spoken)), "")


def _affected(cna: Container, others: list[Container]) -> tuple[Affected, ...]:
    """What the CNA says; of others what they say of products of which nobody before them names versions."""
    plan = FixPlan.END_OF_LIFE if NO_SUPPORT in texts(cna.get("tags")) else FixPlan.NONE
    found: dict[Affected, None] = {}
    spoken = set[Subject]()
    for container in (cna, *others):
        said = nvd_affected.affected([{"affectedData": container.get("affected")}], note="")
        known = nvd_configurations.applicability(container.get("cpeApplicability")).affected
        found.update((replace(item, plan=plan), None) for item in (*said, *known) if item.subject not in spoken)
        spoken.update(item.subject for item in found if item.ranges or item.versions)
    return tuple(found)


def _ratings(container: Container) -> Iterator[Rating]:
    """Vectors; words, in whatever form, only where there is none."""
    publisher = text(mapping(container.get("providerMetadata")).get("orgId"))
    metrics = objects(container.get("metrics"))[:MOST_METRICS]
    vectors = (text(mapping(metric.get(key)).get("vectorString")) for key in VECTORS for metric in metrics)
    found = [item for vector in vectors if vector and (item := rating(publisher, vector))]
    if not found:
        words = (word for metric in metrics for word in _words(metric))
        found = [item for word in words if (item := rating(publisher, "", word=word))][:1]
    yield from found


def _words(metric: dict[str, Any]) -> Iterator[str]:
    for key in VECTORS:
        yield text(mapping(metric.get(key)).get("baseSeverity"))
    other = mapping(metric.get("other"))
    content = mapping(other.get("content"))
    if other.get("type") not in ("ssvc", "kev"):
        yield text(content.get("text"))
        yield text(content.get("value"))


def _others(container: Container, kind: str) -> Iterator[dict[str, Any]]:
    if mapping(container.get("providerMetadata")).get("orgId") == CISA_ADP:
        for metric in objects(container.get("metrics"))[:MOST_METRICS]:
            other = mapping(metric.get("other"))
            if other.get("type") == kind:
                yield mapping(other.get("content"))


def _decision_points(container: Container) -> Ssvc | None:
    for content in _others(container, "ssvc"):
        points = {key: text(value).lower() for item in objects(content.get("options")) for key, value in item.items()}
        found = Ssvc(
            exploitation=points.get("Exploitation", ""),
            automatable={"yes": True, "no": False}.get(points.get("Automatable", "")),
            technical_impact=points.get("Technical Impact", ""),
        )
        if found != Ssvc():
            return found
    return None


def _known_exploited(container: Container) -> KnownExploited | None:
    for content in _others(container, "kev"):
        try:
            return KnownExploited(added=date.fromisoformat(text(content.get("dateAdded"))))
        except ValueError:
            return KnownExploited()
    return None


def _problem_types(container: Container) -> Iterator[str]:
    for item in objects(container.get("problemTypes")):
        for said in objects(item.get("descriptions")):
            yield text(said.get("cweId")) or text(said.get("description"))


def _references(container: Container) -> Iterator[tuple[object, str]]:
    kinds = _tables()["references"]
    for item in objects(container.get("references")):
        tags = texts(item.get("tags"))
        yield item.get("url"), next((kind for tag, kind in kinds.items() if tag in tags), "")


@cache
def _tables() -> dict[str, dict[str, Any]]:
    table = Path(__file__).with_name("cve_tables.toml")
    return tomllib.loads(table.read_text(encoding="utf-8"))
