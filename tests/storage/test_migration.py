"""Migrations: complete, repeatable, safe beside each other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from tests.support.postgres import Postgres

from pellucid.domain.component import Reachability
from pellucid.domain.dependency import Witness
from pellucid.domain.evidence import Evidence
from pellucid.domain.ids import is_id
from pellucid.errors import ConfigurationError
from pellucid.storage import rows
from pellucid.storage.database import Database, Transaction
from pellucid.storage.migration import _alone, _config, upgrade
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.rows.finding import FindingBodyRow

# What 0001 wrote of a scan: an image with a file system and a text, two dependencies, and a finding in two places.
BEFORE = """
INSERT INTO org VALUES ('O', 'Acme', '2026-01-01 00:00:00');
INSERT INTO "user" (id, org_id, user_id, email, password_hash, status, create_time)
    VALUES ('U', 'O', 'u', 'u@localhost', '', 'active', '2026-01-01 00:00:00');
INSERT INTO product (id, org_id, name, description, author_id, create_time, is_archived)
    VALUES ('P', 'O', 'router', '', 'U', '2026-01-01 00:00:00', false);
INSERT INTO image (id, product_id, name, version, author_id, create_time, is_archived)
    VALUES ('I', 'P', 'router', '1', 'U', '2026-01-01 00:00:00', false);
INSERT INTO file (id, image_id, filename, sha256, size, author_id, create_time, is_attachment, metadata)
    VALUES ('F', 'I', 'a.bin', 'aa', 7, 'U', '2026-01-01 00:00:00', false, '{}');
INSERT INTO scan (id, product_id, image_id, file_id, author_id, create_time, state, advisory_digest, summary)
    VALUES ('S', 'P', 'I', 'F', 'U', '2026-01-01 00:00:00', 'done', '', '{}');
INSERT INTO scan_artefact (scan_id, number, path, sha256, size, kind, meta) VALUES
    ('S', 0, 'a.bin', 'aa', 7, 'uimage', '{}'), ('S', 1, 'a.bin!fs', 'bb', 5, 'squashfs', '{}'),
    ('S', 2, 'a.bin!fs!bin/sh', 'cc', 3, 'elf', '{}'), ('S', 3, 'a.bin!fs2', 'dd', 1, 'text', '{}');
INSERT INTO scan_component (scan_id, number, kind, name, format, architecture, bits, artefact)
    VALUES ('S', 0, 'executable', '', 'elf', 'arm', 32, 'a.bin!fs!bin/sh');
INSERT INTO finding (id, product_id, key, class, type, severity, status, name, title, is_kev, create_time, details)
    VALUES ('N', 'P', 'k', 'c', 'weakness', 'low', 'new', 'n', 't', false, '2026-01-01 00:00:00',
        '{"dependency": ["busybox", "busybox", "1.36.1", "pkg:generic/busybox@1.36.1"], "knownFixedVersion": "1.37"}');
INSERT INTO scan_dependency (scan_id, number, vendor, product, version, purl, cpe, licence, linkage, confidence,
        ecosystem, source_name, source_version, evidence) VALUES
    ('S', 0, 'debian', 'zlib1g', '1.2.13', 'pkg:deb/debian/zlib1g@1.2.13', '', '', 'direct', 1,
        'Debian:12', 'zlib', '1', '[{"artefact": "gone", "offset": 3, "length": 1, "seen": "z"}]'),
    ('S', 1, 'busybox', 'busybox', '1.36.1', 'pkg:generic/busybox@1.36.1', '', '', 'direct', 0.9,
        '', '', '', '[{"artefact": "a.bin!fs2", "offset": 0, "length": 2, "seen": "b"},
          {"artefact": "a.bin!fs!bin/sh", "offset": 7, "length": 2, "seen": "b"}]');
INSERT INTO scan_crypto_asset (scan_id, number, kind, algorithm, fingerprint, not_after, asset, evidence) VALUES
    ('S', 0, 'certificate', 'RSA', 'c1', NULL, '{"algorithm": "RSA", "fingerprint": "c1", "encoding": "pem"}',
        '[{"artefact": "a.bin!fs2", "offset": 3, "length": 0, "seen": ""},
          {"artefact": "gone", "offset": 3, "length": 0, "seen": ""}]'),
    ('S', 1, 'privateKey', 'RSA', 'c1', NULL, '{"algorithm": "RSA", "fingerprint": "c1", "encoding": "pem"}',
        '[{"artefact": "a.bin!fs2", "offset": 9, "length": 0, "seen": ""}]');
INSERT INTO finding (id, product_id, key, class, type, severity, status, name, title, is_kev, create_time, details)
    VALUES ('X', 'P', 'x', 'c', 'cryptographicAsset', 'low', 'new', 'x', 't', false, '2026-01-01 00:00:00',
        '{"identifiers": [["certificateSha256", "c1"]]}');
INSERT INTO occurrence (id, finding_id, scan_id, severity, confidence, create_time, evidence)
    VALUES ('D', 'X', 'S', 'low', 1, '2026-01-01 00:00:00', '[{"artefact": "a.bin!fs2", "offset": 3}]');
INSERT INTO occurrence (id, finding_id, scan_id, severity, confidence, create_time, evidence)
    VALUES ('C', 'N', 'S', 'low', 1, '2026-01-01 00:00:00',
        '[{"artefact": "a.bin!fs2"}, {"artefact": "a.bin!fs!bin/sh"}, {"artefact": "gone"}]')
"""
METADATA = rows.org.OrgRow.metadata
UPGRADE = """
import sys
from pellucid.storage.database import Database
from pellucid.storage.migration import _alone, _config, upgrade
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""
AT_ONCE = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    server: Postgres = request.getfixturevalue("postgres_server")
    name = f"new_{tmp_path.name}".lower()
    server.create(name)
    return server.url(name)


def test_migrations_make_what_the_rows_say(new_url: str) -> None:
    database = Database(new_url)
    upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    database.close()


def test_scans_of_before_get_their_tree_and_inventory(new_url: str) -> None:
    database = Database(new_url)
    with _alone(database) as connection:
        command.upgrade(_config(connection), "0001")
    with database.begin() as tx:
        for statement in BEFORE.split(";\n"):
            tx.session.connection().exec_driver_sql(statement)
    upgrade(database)
    with database.read() as tx:
        tree = tx.session.execute(
            text("SELECT number, parent, name, entry, component FROM scan_artefact ORDER BY number")
        ).all()
        places = tx.session.execute(
            text("SELECT scan_id, finding_id, number FROM occurrence_place ORDER BY finding_id, number")
        )
        assert tree == [
            (0, None, "a.bin", None, None),
            (1, 0, "fs", "file", None),
            (2, 1, "sh", "file", 0),
            (3, 0, "fs2", "file", None),
        ]
        assert places.all() == [("S", "N", 2), ("S", "N", 3), ("S", "X", 3)]
        check_inventory(tx)
        check_findings(tx)
        check_cryptography(tx)
    with _alone(database) as connection:
        command.downgrade(_config(connection), "0003")
        (details,) = connection.execute(text("SELECT details FROM finding WHERE id = 'N'")).scalars()
        assert '"knownFixedVersion": "1.37"' in (details if isinstance(details, str) else json.dumps(details))
    with _alone(database) as connection:
        command.downgrade(_config(connection), "0001")
    upgrade(database)
    database.close()


def check_inventory(tx: Transaction) -> None:
    """What 0003 makes of the dependencies and components of before."""
    results = ScanResultRepository(tx)
    packaged, recognised = results.dependencies("S")
    assert (packaged.witness, packaged.places, packaged.ecosystem) == (Witness.PACKAGE, (), "Debian:12")
    assert packaged.evidence == (Evidence(artefact="gone", offset=3, length=1, seen="z"),)
    assert (recognised.witness, recognised.requires) == (Witness.VERSION_STRING, ())
    assert recognised.places == ("a.bin!fs!bin/sh", "a.bin!fs2")
    (part,) = results.components("S")
    assert (part.path, part.sha256, part.size) == ("a.bin!fs!bin/sh", "cc", 3)
    assert (part.component.needed, part.component.reachability) == ((), Reachability.UNKNOWN)
    ids = list(tx.session.scalars(text("SELECT id FROM scan_dependency ORDER BY number")))
    assert len(ids) == 2
    assert ids == sorted(ids)
    assert all(is_id(found) for found in ids)
    about = tx.session.execute(text("SELECT scan_id, dependency, finding_id FROM occurrence_dependency"))
    assert about.all() == [("S", 1, "N")]
    assert tx.session.scalars(text("SELECT id FROM finding WHERE has_known_fix")).all() == ["N"]


def check_findings(tx: Transaction) -> None:
    """What 0004 makes of the findings of before."""
    columns = "severity_rank, predicates, day, known_fixed_version, dependency_product, component_name, is_present"
    found = tx.session.execute(text(f"SELECT {columns} FROM finding WHERE id = 'N'")).all()
    assert found == [(1, 0, "2026-01-01", "1.37", "busybox", "fs2", True)]
    fixes = tx.session.scalars(text("SELECT known_fixed_version FROM occurrence WHERE finding_id = 'N'"))
    assert fixes.all() == ["1.37"]
    body = tx.session.get_one(FindingBodyRow, "N")
    assert body.details == {"dependency": ["busybox", "busybox", "1.36.1", "pkg:generic/busybox@1.36.1"]}


def check_cryptography(tx: Transaction) -> None:
    """What 0007 makes of the keys and certificates of before."""
    places = tx.session.execute(text("SELECT asset, place FROM crypto_asset_place ORDER BY asset, place"))
    assert places.all() == [(0, 3), (1, 3)]
    about = tx.session.execute(text("SELECT scan_id, asset, finding_id FROM occurrence_crypto_asset"))
    assert about.all() == [("S", 0, "X")]
    assets = ScanResultRepository(tx).crypto_assets("S")
    assert [(item.kind, item.evidence.artefact, item.usages) for item in assets] == [
        ("certificate", "a.bin!fs2", ()),
        ("certificate", "gone", ()),
        ("privateKey", "a.bin!fs2", ()),
    ]


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)
    with database.read() as tx:
        assert tx.session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_processes_that_start_at_once_all_succeed(new_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, new_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(AT_ONCE)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * AT_ONCE, errors


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.begin() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer Pellucid"):
        upgrade(database)


def test_foreign_keys_hold_after_an_upgrade(sqlite: Database) -> None:
    upgrade(sqlite)
    with sqlite.read() as tx:
        assert tx.session.scalar(text("PRAGMA foreign_keys")) == 1
