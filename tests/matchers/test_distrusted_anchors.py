"""Authorities that browsers no longer trust."""

import re
from datetime import UTC, date, datetime

from msgspec import structs
from tests.matchers.inventories import findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate
from tests.support.statements import Statements

from pellucid.domain.severity import Severity
from pellucid.matchers.distrusted_anchors import distrusted_anchors, last_days

NOTHING = Statements()
ENTRUST_G2 = "43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339"


def test_an_authority_is_reported_when_its_last_day_is_over() -> None:
    image = inventory(assets=(*anchors(), certificate(ENTRUST_G2, anchors()[0].evidence.artefact, is_self_signed=True)))
    (finding,) = findings(distrusted_anchors(structs.replace(image, at=datetime(2024, 12, 1, tzinfo=UTC)), NOTHING))
    assert (finding.severity, finding.subtype) == (Severity.LOW, "certificate")
    assert finding.title.endswith("is distrusted since 2024-11-30")
    assert (
        findings(distrusted_anchors(structs.replace(image, at=datetime(2024, 11, 30, 23, tzinfo=UTC)), NOTHING)) == []
    )


def test_other_authorities_are_not() -> None:
    assert findings(distrusted_anchors(inventory(assets=anchors()), NOTHING)) == []


def test_what_signed_a_program_is_no_anchor() -> None:
    signer = certificate(ENTRUST_G2, container="authenticode")
    assert findings(distrusted_anchors(inventory(assets=(signer,)), NOTHING)) == []


def test_the_list_holds_fingerprints_and_days() -> None:
    assert len(last_days()) >= 9
    assert all(re.fullmatch("[0-9a-f]{64}", fingerprint) for fingerprint in last_days())
    assert set(last_days().values()) >= {date(2024, 6, 30), date(2024, 11, 30)}
