"""Findings by the algorithm of a key and what NIST IR 8547 says of it, on both databases: filters, groups."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.cryptography_in_trees import CERTIFICATE, PRIVATE
from tests.support.listed_findings import names
from tests.support.scanned_trees import BUSYBOX, finding, small_tree, store
from tests.support.stored import Stored, stored_image

from pellucid.domain.grid import ChartQuery, Filter, Sort
from pellucid.services.charts import Charts
from pellucid.storage.database import Database
from pellucid.storage.rows.crypto import ScanCryptoAssetRow

LATTICE = replace(PRIVATE, algorithm="ML-DSA-65", key_bits=0, fingerprint="a7" * 32, public_key="")
# Names in certificates may hold what no text of PostgreSQL can: the rest of its JSON must stay readable.
NOBODY = replace(PRIVATE, algorithm="Kyber768", key_bits=0, fingerprint="a8" * 32, public_key="", comment="a\0b\ud800")
KEYS = {"expired": CERTIFICATE, "shipped": LATTICE, "draft": NOBODY}
ALL = ["draft", "expired", "hole", "shipped"]


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    """Findings about a key of RSA, one that NIST accepts, one that it has not judged, and about something else."""
    stored = stored_image(database, tmp_path)
    about = [
        replace(
            finding(name, BUSYBOX),
            evidence=(key.evidence,),
            identifiers=(("certificateSha256" if key is CERTIFICATE else "publicKeySha256", key.fingerprint),),
        )
        for name, key in KEYS.items()
    ]
    tree = replace(small_tree(), crypto_assets=tuple(KEYS.values()))
    store(database, stored.product_id, stored.image.scans[0].id, tree, *about, finding("hole", BUSYBOX))
    return stored


def groups(database: Database, stored: Stored, *fields: str, **more: Any) -> list[tuple[Any, ...]]:
    with database.read() as tx:
        found = Charts(tx, stored.caller).findings(ChartQuery(fields=fields, **more))
    return sorted(((*(row.values.get(name) for name in fields), row.count) for row in found), key=str)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("cryptoAlgorithmName", "equals", "RSA-2048"), ["expired"]),
        (("cryptoAlgorithmName", "equals", "RSA-1024"), []),
        (("cryptoAlgorithmName", "in", ["RSA-2048", "ML-DSA-65"]), ["expired", "shipped"]),
        (("cryptoAlgorithmName", "contains", "ml-dsa"), ["shipped"]),
        (("cryptoAlgorithmName", "notContains", "rsa"), ["draft", "hole", "shipped"]),
        (("isNistIR8547Compliant", "equals", True), ["shipped"]),
        (("isNistIR8547Compliant", "equals", False), ["expired"]),
        (("isNistIR8547Compliant", "equals", "true"), ["shipped"]),
        (("isNistIR8547Compliant", "in", [True, False]), ["expired", "shipped"]),
        (("isNistIR8547Compliant", "notContains", True), ["draft", "expired", "hole"]),
    ],
)
def test_filters(database: Database, stored: Stored, wanted: tuple[str, str, Any], expected: list[str]) -> None:
    assert sorted(names(database, stored.caller, wanted)) == expected
    field, comparator, value = wanted
    filters = [Filter(field=field, comparator=comparator, value=value)]
    assert sum(count for (count,) in groups(database, stored, filters=filters)) == len(expected)


def test_groups(database: Database, stored: Stored) -> None:
    assert groups(database, stored, "cryptoAlgorithmName", "isNistIR8547Compliant") == [
        ("Kyber768", None, 1),
        ("ML-DSA-65", True, 1),
        ("RSA-2048", False, 1),
        (None, None, 1),
    ]
    assert groups(database, stored, "isNistIR8547Compliant") == [(False, 1), (None, 2), (True, 1)]


def test_rows_that_do_not_say_it_are_none_of_these(database: Database, stored: Stored) -> None:
    with database.begin() as tx:
        old = {"algorithm": "RSA", "encoding": "pem", "fingerprint": "c1" * 32}
        tx.session.execute(update(ScanCryptoAssetRow).values(asset=old))
    for value in (True, False):
        assert names(database, stored.caller, ("isNistIR8547Compliant", "equals", value)) == []
    assert groups(database, stored, "cryptoAlgorithmName", "isNistIR8547Compliant") == [(None, None, 4)]
    assert names(database, stored.caller, sort=[Sort(field="name", descending=True)]) == ALL[::-1]
