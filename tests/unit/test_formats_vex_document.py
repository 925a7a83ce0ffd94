"""VEX documents of others: CSAF and odd OpenVEX; and that nothing else is taken for one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.domain.vex_claim import Justification, VexStatus
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.vex_document import UNNAMED, statements

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
PURL = "pkg:generic/thing@1.0"
CSAF: dict[str, Any] = {
    "document": {
        "category": "csaf_vex",
        "publisher": {"name": "Maker"},
        "tracking": {"current_release_date": "2026-01-02T03:04:05Z"},
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "branches": [
                    {"product": {"product_id": "P1", "name": "x", "product_identification_helper": {"purl": PURL}}}
                ],
            }
        ],
        "full_product_names": [{"product_id": "P2", "name": "Router 1.0"}],
        "relationships": [
            {"product_reference": "P1", "relates_to_product_reference": "P2", "full_product_name": {"product_id": "P3"}}
        ],
    },
    "vulnerabilities": [
        {
            "cve": "CVE-1",
            "ids": [{"system_name": "GitHub", "text": "GHSA-1"}],
            "product_status": {"known_not_affected": ["P3"], "fixed": ["P2"], "recommended": ["P2"]},
            "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P3"]}],
            "threats": [{"category": "impact", "details": "Not built.", "product_ids": ["P3"]}],
        }
    ],
}


def test_csaf() -> None:
    author, (absent, fixed) = statements(json.dumps(CSAF).encode())
    assert author == "Maker"
    assert absent.names == ("CVE-1", "GHSA-1")
    assert (absent.status, absent.justification) == (VexStatus.NOT_AFFECTED, Justification.CODE_NOT_PRESENT)
    assert (absent.products, absent.note) == ((PURL, "x"), "Not built.")
    assert absent.since == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (fixed.status, fixed.products, fixed.justification) == (VexStatus.FIXED, ("Router 1.0",), None)


def test_openvex_with_plain_names() -> None:
    document = {
        "@context": "https://openvex.dev/ns",
        "author": "Maker",
        "timestamp": "2026-01-02T03:04:05+01:00",
        "statements": [
            {"vulnerability": "CVE-1", "products": [PURL], "status": "fixed", "justification": "component_not_present"},
            {"vulnerability": {"name": "CVE-2"}, "status": "unheard_of"},
        ],
    }
    author, (found,) = statements(json.dumps(document).encode())
    assert (author, found.names, found.products) == ("Maker", ("CVE-1",), (PURL,))
    assert (found.status, found.justification) == (VexStatus.FIXED, None)
    assert found.since == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_what_has_no_name_is_not_everything() -> None:
    openvex = {
        "@context": "https://openvex.dev/ns",
        "statements": [
            {"vulnerability": "CVE-1", "products": [{"hashes": {"sha-256": "ab"}}], "status": "fixed"},
            {"vulnerability": "CVE-2", "products": [{}, ""], "status": "fixed"},
            {"vulnerability": "CVE-3", "products": [], "status": "fixed"},
        ],
    }
    _, found = statements(json.dumps(openvex).encode())
    assert [item.products for item in found] == [("ab",), (UNNAMED,), ()]
    components = [{"bom-ref": "a", "name": "thing", "version": "1"}, {"bom-ref": "b"}, {"bom-ref": "c", "purl": PURL}]
    cyclonedx = {
        "bomFormat": "CycloneDX",
        "metadata": {"component": {"bom-ref": "root"}},
        "components": components,
        "vulnerabilities": [
            {"id": "CVE-1", "analysis": {"state": "resolved"}, "affects": [{"ref": ref} for ref in refs]}
            for refs in ("a", "b", "c", ("c", "root"), ("root",), ())
        ],
    }
    _, found = statements(json.dumps(cyclonedx).encode())
    assert [item.products for item in found] == [("thing 1",), (UNNAMED,), (PURL,), (), (), ()]
    csaf = {
        "document": {"category": "csaf_vex"},
        "product_tree": {"full_product_names": [{"product_id": "P"}]},
        "vulnerabilities": [{"cve": "CVE-1", "product_status": {"fixed": ["P", "Q"]}}],
    }
    _, found = statements(json.dumps(csaf).encode())
    assert [item.products for item in found] == [("P",), ("Q",)]


def test_names_are_bounded() -> None:
    names = [f"CVE-{number}" for number in range(1000)]
    about = {"name": "CVE-x", "aliases": names}
    document = {"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": about, "status": "fixed"}]}
    _, (found,) = statements(json.dumps(document).encode())
    assert len(found.names) == 50


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"bomFormat": "CycloneDX"}',
        b'{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}',
        b'{"document": {"category": "csaf_security_advisory"}}',
    ],
)
def test_other_documents_are_none(content: bytes) -> None:
    with pytest.raises(Malformed):
        statements(content)


@given(
    st.sampled_from(
        ({"@context": "https://openvex.dev/ns"}, {"bomFormat": "CycloneDX"}, {"document": {"category": "csaf_vex"}})
    ),
    st.dictionaries(
        st.sampled_from(("statements", "vulnerabilities", "components", "metadata", "product_tree", "author")),
        ANYTHING,
        max_size=4,
    ),
)
def test_whatever_is_in_it_gives_statements_or_is_malformed(head: dict[str, Any], body: dict[str, Any]) -> None:
    try:
        _, found = statements(json.dumps(head | body).encode())
    except (Malformed, BudgetExceeded):
        return
    assert all(item.names for item in found)
