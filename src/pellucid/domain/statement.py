"""Statements: what a feed says, one record of it, and what that record says of one product's versions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import (
    Epss,
    Exploit,
    KnownExploited,
    Rating,
    Reference,
    Ssvc,
    VulnerabilityState,
)

# What a statement is about: an ecosystem of OSV with its release ("Debian:12", "Alpine:v3.19", "PyPI") and the name of
# a package as that ecosystem normalises it; or "cpe:a", "cpe:o", "cpe:h" and "vendor:product", unescaped; or "repo" and
# the address of a source repository without scheme and ".git" ("github.com/curl/curl").
Subject = tuple[str, str]


class Standing(StrEnum):
    """What is said of the versions in the ranges."""

    AFFECTED = "affected"
    NOT_AFFECTED = "notAffected"  # never had it, in this distribution's build
    UNDETERMINED = "undetermined"  # under investigation


class FixPlan(StrEnum):
    """What the publisher means to do where there is no fix."""

    NONE = ""
    DEFERRED = "deferred"  # postponed, "no DSA": minor, a fix may come with the next point release
    WILL_NOT_FIX = "willNotFix"
    END_OF_LIFE = "endOfLife"  # the package or release is no longer looked after


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Software or hardware that must be there, too: a CPE 2.3 name, and ranges of its versions (none: any)."""

    cpe: str
    ranges: tuple[VersionRange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Affected:
    """What a record says of one subject. A version is meant when it is in any range, or listed in `versions`.

    With neither ranges nor versions nothing can be concluded, unless `any_version` says that all are meant (a CPE with
    "*" and no bounds: often that nobody knew). For CPEs, `versions` hold "1.0.1" or, with an update, "1.0.1:beta1"; "-"
    stands for "no version applies"; `target` is target_sw where it is neither "*" nor "-" ("wordpress", "node.js"),
    `edition` likewise sw_edition. `only_with` is a conjunction of alternatives: of each group one must be present.
    `urgency` is the publisher's word ("unimportant"). `order` names another order of versions than the ecosystem's.
    `symbols` are functions that have to be used for it to matter (Go), `files` the sources that have it (the kernel's:
    "net/ipv4/cipso_ipv4.c"). `note` explains, in one sentence.
    """

    subject: Subject
    ranges: tuple[VersionRange, ...] = ()
    versions: tuple[str, ...] = ()
    any_version: bool = False
    standing: Standing = Standing.AFFECTED
    plan: FixPlan = FixPlan.NONE
    urgency: str = ""
    target: str = ""
    edition: str = ""
    only_with: tuple[tuple[Platform, ...], ...] = ()
    order: str = ""
    symbols: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AdvisoryRecord:
    """One record of one feed: a statement about one vulnerability, or more (a distribution's notice).

    `aliases` are other names of the same vulnerability; `upstream` are vulnerabilities that it is about without being
    them (a notice of a distribution, its own record of a CVE). `covers`: the record is a notice of fixes for all of
    `upstream`, not a vulnerability itself. Enriching feeds (EPSS, KEV, exploits) give records with the CVE as `id` and
    only their own field filled. `informational`: no vulnerability (a package that is not maintained).
    """

    id: str
    aliases: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    covers: bool = False
    title: str = ""
    description: str = ""
    state: VulnerabilityState = VulnerabilityState.LIVE
    disputed: bool = False
    malicious: bool = False
    informational: bool = False
    published: datetime | None = None
    modified: datetime | None = None
    ratings: tuple[Rating, ...] = ()
    epss: Epss | None = None
    kev: KnownExploited | None = None
    ssvc: Ssvc | None = None
    exploits: tuple[Exploit, ...] = ()
    weaknesses: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What matchers are given: an `Affected` of a live record, the feed and id of the record, and what it is about.

    `vulnerability` is the name of the vulnerability that it speaks of; a notice about several gives one statement each.
    """

    source: str
    id: str
    vulnerability: str
    affected: Affected
