"""Paths without end, in every file system whose folders are walked through: what is not gone into is said."""

from pathlib import Path

import pytest
from tests.support.small_inputs import small_inputs
from tests.support.trees import extract

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.extractors import EXTRACTORS
from pellucid.formats import folders

WALKED = ("btrfs", "cramfs", "exfat", "ext", "fat", "iso9660", "romfs", "udf")
UNITS = {unit.name: unit for unit in EXTRACTORS}


@pytest.mark.parametrize("name", WALKED)
def test_a_folder_that_is_too_deep_is_said(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = extract(UNITS[name], small_inputs()[name], tmp_path)
    filled = {entry.name.rpartition("/")[0] for entry in whole.entries} - {""}
    monkeypatch.setattr(folders, "LONGEST_PATH", 1)
    cut = extract(UNITS[name], small_inputs()[name], tmp_path)
    named = {entry.name for entry in cut.entries if entry.kind is EntryKind.DIRECTORY}
    said = {
        message.partition(": a path is too long")[0] for kind, message in cut.problems if kind is ProblemKind.MALFORMED
    }
    assert filled
    assert {path for path in filled if "/" not in path} <= said <= named
