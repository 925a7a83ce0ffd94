"""`pellucid doctor` and `pellucid advisories`: what a machine lacks, and which vulnerability data it has."""

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.command_line import pellucid

from pellucid.cli import advisories, doctor
from pellucid.formats import libarchive
from pellucid.services.advisories import Advisories, AdvisoryStatus
from pellucid.settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ADVISORY = {
    "id": "CVE-2030-0001",
    "modified": "2030-01-01T00:00:00Z",
    "published": "2030-01-01T00:00:00Z",
    "summary": "Made for a test.",
    "affected": [
        {
            "package": {"ecosystem": "", "name": "busybox", "purl": "pkg:generic/busybox"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "9.9.9"}]}],
        }
    ],
}


def status(**changes: object) -> AdvisoryStatus:
    values: dict[str, object] = {
        "advisories": 1200,
        "known_exploited": 3,
        "published": datetime.now(UTC) - timedelta(days=2),
        "digest": "ab" * 32,
        "bundled": False,
        "skipped": 0,
    }
    return AdvisoryStatus(**(values | changes))  # type: ignore[arg-type]  # values of mixed types by name


def checks(settings: Settings) -> dict[str, doctor.Check]:
    return {check.subject.split(" ")[0]: check for check in doctor.examine(settings)}


def test_a_missing_layer_of_the_sandbox_is_a_warning_that_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = {"landlock": "", "seccomp": "libseccomp cannot be used (Debian package libseccomp2)"}
    monkeypatch.setattr(doctor, "confinement", lambda _settings: lacking)
    found = checks(Settings(data_dir=tmp_path))
    assert found["landlock"].verdict == "ok"
    assert found["seccomp"].verdict == "warning"
    assert "libseccomp2" in found["seccomp"].words
    assert "less confined" in found["seccomp"].words


def test_a_data_directory_that_cannot_be_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert doctor.run(argparse.Namespace(data_dir=tmp_path / "file" / "data")) == 2
    assert "missing  data directory" in capsys.readouterr().out


def test_a_full_disk_is_a_warning(tmp_path: Path) -> None:
    found = checks(Settings(data_dir=tmp_path / "new" / "data", disk_reserve=1 << 60))
    assert found["disk"].verdict == "warning"
    assert found["data"].words == "will be made on first use"
    assert list(tmp_path.iterdir()) == [], "looking changes nothing"


@pytest.mark.parametrize(
    ("published", "verdict", "said"),
    [
        (timedelta(days=5), "ok", "the newest of"),
        (timedelta(days=200), "warning", "200 days old"),
        (None, "warning", "undated"),
    ],
)
def test_old_advisories_are_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: timedelta | None, verdict: str, said: str
) -> None:
    moment = datetime.now(UTC) - published if published else None
    monkeypatch.setattr(Advisories, "status", lambda _: status(published=moment))
    found = checks(Settings(data_dir=tmp_path))["advisories"]
    assert found.verdict == verdict
    assert said in found.words


def test_the_status_of_advisories_is_told_in_lines() -> None:
    lines = advisories.describe(status(published=NOW - timedelta(days=1), skipped=2), NOW)
    assert lines == [
        "advisories: 1,200 (imported)",
        "known exploited: 3",
        "newest statement: 2026-05-31, 1 day ago",
        f"digest: {'ab' * 32}",
        "not understood and left out: 2",
    ]
    assert "newest statement: undated" in advisories.describe(status(published=None), NOW)
    assert "nothing has been imported" in advisories.describe(status(bundled=True), NOW)[0]


def test_advisories_are_taken_in_and_then_in_use(tmp_path: Path) -> None:
    source = tmp_path / "advisories.json"
    source.write_text(json.dumps([ADVISORY]))
    data_dir = tmp_path / "data"
    taken = pellucid("advisories", "import", source, "--data-dir", data_dir)
    assert taken.code == 0, taken.stderr
    assert "matched again" in taken.stderr
    shown = pellucid("advisories", "status", "--data-dir", data_dir)
    assert (shown.code, shown.stderr) == (0, "")
    assert shown.stdout == taken.stdout
    assert "advisories: 1 (imported)" in shown.stdout
    assert "newest statement: 2030-01-01" in shown.stdout


@pytest.mark.parametrize("content", ["no json", "{}", None])
def test_what_is_no_vulnerability_data_changes_nothing(tmp_path: Path, content: str | None) -> None:
    source = tmp_path / "advisories.json"
    if content is not None:
        source.write_text(content)
    ended = pellucid("advisories", "import", source, "--data-dir", tmp_path / "data")
    assert (ended.code, ended.stdout) == (2, "")
    assert str(source) in ended.stderr
    assert Advisories(tmp_path / "data").status().bundled


def test_a_missing_library_says_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "confinement", lambda _settings: {})
    assert "libarchive 3" in checks(Settings(data_dir=tmp_path))["libarchive"].words
    monkeypatch.setattr(libarchive, "LIBRARIES", ("libnothing.so.1",))
    libarchive._library.cache_clear()
    try:
        found = checks(Settings(data_dir=tmp_path))["libarchive"]
    finally:
        libarchive._library.cache_clear()
    assert found.verdict == "warning"
    assert "libarchive13" in found.words
    assert "RAR" in found.words
