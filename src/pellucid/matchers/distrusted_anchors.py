"""Trust anchors that the industry has given a last day (Mozilla's root store; distrusted_anchors.toml)."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import certificates

NAME = "distrusted_anchors"


@matcher(name=NAME, version=1)
def distrusted_anchors(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each authority in the image whose new certificates browsers no longer accept, once that day is over.

    A device that has it as an anchor goes on to trust all that it issues.
    """
    for subject in certificates(inventory.crypto_assets):
        day = last_days().get(subject.asset.fingerprint)
        if day is None or subject.is_of_signature or inventory.at.date() <= day:
            continue
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/certificate/distrusted-authority",
            severity=Severity.LOW,
            name="Distrusted authority",
            title=f"Authority {subject.called} is distrusted since {day.isoformat()}",
            description=f"Mozilla's root store does not accept what the authority {subject.called} issues for servers "
            f"after {day.isoformat()}. What trusts this certificate still does.",
            action="Bring the trust store up to date, and take out the authority when no server needs it any more.",
            references=("https://wiki.mozilla.org/CA/Additional_Trust_Changes",),
        )


@cache
def last_days() -> Mapping[str, date]:
    """The last day on which what an authority issued is accepted, by the fingerprint of its certificate."""
    text = Path(__file__).with_name("distrusted_anchors.toml").read_text(encoding="utf-8")
    return {anchor: group["after"] for group in tomllib.loads(text)["group"] for anchor in group["anchors"]}
