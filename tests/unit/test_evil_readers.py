"""Readers that have been taken over: whatever they try, the scan ends, says so, and keeps what came out before."""

from pathlib import Path

import pytest
from tests.support import evil_units
from tests.unit.test_runner import Bench, tar

from pellucid.analysis.limits import Limits
from pellucid.domain.problem import ProblemKind
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.merging import merge

TIGHT = Budget(unit_seconds=3.0, limits=Limits(bytes=8 << 20, seconds=2.0))
NAME = "tests.support.evil_units:UNITS"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _these_units_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Analysis processes import nothing from the current folder."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT}")


@pytest.mark.parametrize(
    ("evil", "kind", "words"),
    [
        ("network", ProblemKind.DENIED, "Operation not permitted"),
        ("write_outside", ProblemKind.DENIED, "Permission denied"),
        ("read_outside", ProblemKind.DENIED, "Permission denied"),
        ("fork_without_end", ProblemKind.DENIED, "Operation not permitted"),
        ("start_program", ProblemKind.DENIED, "not permitted"),
        ("eat_memory", ProblemKind.BUDGET, "more memory"),
        ("fill_disk", ProblemKind.BUDGET, "bytes came out"),
        ("fill_disk_by_itself", ProblemKind.BUDGET, "larger than"),
    ],
)
def test_what_is_refused_is_said_and_what_came_before_is_kept(
    tmp_path: Path, evil: str, kind: ProblemKind, words: str
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("keep out")
    image = tmp_path / "image"
    image.write_bytes(f"{evil}!{tmp_path / 'outside'}!".encode())
    found = merge(Bench(tmp_path).run(image, budget=TIGHT, units=NAME, with_units=evil_units.UNITS))
    (problem,) = [item for item in found.problems if item.unit == evil]
    assert problem.kind is kind
    assert words in problem.message
    names = [artefact.path for artefact in found.artefacts]
    assert "image!before" in names
    assert "image!after" not in names
    assert "image!stolen" not in names
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["secret"]


@pytest.mark.parametrize(
    ("evil", "kind"),
    [
        ("eat_processor", ProblemKind.TIMEOUT),
        ("wait_for_ever", ProblemKind.TIMEOUT),
        ("die", ProblemKind.CRASH),
    ],
)
def test_a_process_that_is_lost_costs_one_artefact(tmp_path: Path, evil: str, kind: ProblemKind) -> None:
    image = tmp_path / "image"
    image.write_bytes(f"{evil}!".encode())
    found = merge(Bench(tmp_path).run(image, budget=TIGHT, units=NAME, with_units=evil_units.UNITS))
    assert [problem.kind for problem in found.problems] == [kind]
    assert [artefact.path for artefact in found.artefacts] == ["image"]


def test_the_others_are_read_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Beside an innocent file in one archive, with the units that Pellucid really has."""
    image = tar(
        tmp_path / "image.tar", {"a": b"hello\n", "b.tar": tar(tmp_path / "in.tar", {"c": b"x\n"}).read_bytes()}
    )
    found = merge(Bench(tmp_path).run(image, budget=TIGHT))
    assert [artefact.path for artefact in found.artefacts] == [
        "image.tar",
        "image.tar!a",
        "image.tar!b.tar",
        "image.tar!b.tar!c",
    ]
    assert not found.problems


def test_nothing_is_imported_from_the_folder_that_somebody_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unpacked image may hold a file with the name of a module."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    (tmp_path / "hyperscan.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    tar(tmp_path / "image", {"hello": b"some text"})
    found = merge(Bench(tmp_path / "bench").run(tmp_path / "image"))
    assert "image!hello" in [artefact.path for artefact in found.artefacts]
    assert not (tmp_path / "taken").exists()
