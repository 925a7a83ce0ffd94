"""`pellucid advisories`: its tables, its progress, and its keys."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.command_line import pellucid

from pellucid.advisories import signing
from pellucid.advisories.feeds import feeds
from pellucid.advisories.fetching.protocol import Loaded, Outcome, SourceStatus
from pellucid.cli import advisories_tables as tables
from pellucid.cli.advisories_progress import Plain, line_of
from pellucid.errors import ConfigurationError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = 7 * 86400.0
FRESH = SourceStatus(
    name="nvd", feed="nvd", records=300_000, newest=NOW, checked=NOW - timedelta(hours=5), updated=NOW, digest="ab"
)
OLD = SourceStatus(name="debian", feed="debian", records=5, checked=NOW - timedelta(days=9))


def test_status_says_how_old_each_source_is_and_whose_it_is() -> None:
    lines = tables.status_lines([OLD, FRESH], feeds(), NOW, WEEK)
    assert lines[1].split() == ["debian", "5", "undated", "2026-05-23", "9", "days", "out", "of", "date"]
    assert lines[2].split() == ["nvd", "300,000", "2026-06-01", "2026-05-31", "5", "h", "0", "min"]
    assert any(line.startswith("1 of 2 sources have not been brought up to date for 7 days") for line in lines)
    assert any("not endorsed or certified by the NVD" in line for line in lines)
    assert not any("Alpine" in line for line in lines), "only whose data is there"


def test_status_for_programs() -> None:
    old, fresh = tables.status_document([OLD, FRESH], feeds(), NOW, WEEK)["sources"]
    assert (old["isStale"], old["age"], old["newest"]) == (True, 9 * 86400, None)
    assert (fresh["isStale"], fresh["checked"], fresh["licence"]) == (
        False,
        "2026-05-31T19:00:00+00:00",
        "public domain",
    )


def test_nothing_there_is_said() -> None:
    assert tables.status_lines([], feeds(), NOW, WEEK) == [tables.NOTHING]


def test_outcomes_in_a_table_and_in_lines() -> None:
    loaded = Loaded(seen=1200, added=3, changed=2, removed=1, faults=4)
    new = Outcome(source="osv/Go", feed="osv", seconds=1.26, records=1199, newest=NOW, loaded=loaded)
    same = Outcome(source="kev", feed="kev", seconds=0.2, loaded=Loaded())
    broken = Outcome(source="epss", feed="epss", seconds=0.1, failure="no answer\x1b[2J")
    lines = tables.outcome_lines([new, same, broken])
    assert [line.split() for line in lines[1:]] == [
        ["osv/Go", "new", "1,199", "6", "2026-06-01", "1.3", "s"],
        ["kev", "unchanged", "0", "0", "undated", "0.2", "s"],
        ["epss", "failed", "0", "undated", "0.1", "s"],
    ]
    assert line_of(new) == "osv/Go: 1,200 records read, 3 new, 2 changed, 1 gone, 4 not in order, 1.3 s"
    assert line_of(same) == "kev: unchanged, 0.2 s"
    assert "\x1b" not in line_of(broken)


def test_progress_in_plain_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    plain = Plain()
    plain.begin("nvd")
    plain.transferred(1_000_000, 4_000_000)
    now[0] += 6
    plain.transferred(1_000_000, 4_000_000)
    plain.read(500)
    now[0] += 6
    plain.read(1000)
    plain.waiting(17.0, "https://example.org answers 429")
    assert capsys.readouterr().err.splitlines() == [
        "nvd: 2.0 MB of 4.0 MB fetched",
        "nvd: 1,000 records read",
        "nvd: https://example.org answers 429; again in 17 s",
    ]


def test_a_key_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first = pellucid("advisories", "keygen", "--data-dir", tmp_path / "data")
    second = pellucid("advisories", "keygen", "--data-dir", tmp_path / "data")
    assert first.code == 0
    assert first.stdout == second.stdout
    assert signing.trusted([first.stdout.strip()])
    assert (tmp_path / "data" / signing.FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == [signing.FILE]


@pytest.mark.parametrize("word", ["", "ed25519:", "ed25519:AAAA", "ed25519:!", "AAAA", f"ed25519:{'A' * 43}"])
def test_what_is_no_public_key_is_refused(word: str) -> None:
    with pytest.raises(ConfigurationError, match="no public key"):
        signing.trusted([word])


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    assert signing.own_key(tmp_path) is None
    (tmp_path / signing.FILE).write_text("not a key")
    with pytest.raises(ConfigurationError, match=signing.FILE):
        signing.own_key(tmp_path)
