"""`pellucid doctor`: what a machine lacks, and how old its vulnerability data is."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pellucid.advisories.feed import RawRecord
from pellucid.cli import doctor
from pellucid.domain.statement import AdvisoryRecord
from pellucid.formats import libarchive
from pellucid.services.advisories import open_store
from pellucid.settings import Settings


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
    ("days", "verdict", "said"), [(1, "ok", "1 records of 1 sources"), (200, "warning", "200 days")]
)
def test_old_advisories_are_a_warning(tmp_path: Path, days: int, verdict: str, said: str) -> None:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings)
    record = RawRecord(id="CVE-1", raw=b"{}", record=AdvisoryRecord(id="CVE-1"))
    store.replace("kev", "kev", iter([record]), {}, checked=datetime.now(UTC) - timedelta(days=days))
    store.close()
    found = checks(settings)["advisories"]
    assert found.verdict == verdict
    assert said in found.words


def test_the_selection_that_comes_along_is_no_substitute(tmp_path: Path) -> None:
    found = checks(Settings(data_dir=tmp_path))["advisories"]
    assert found.verdict == "warning"
    assert "pellucid advisories update" in found.words


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
