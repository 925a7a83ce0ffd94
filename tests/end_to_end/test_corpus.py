"""Real images and hostile ones against what is known of them: only with PELLUCID_CORPUS, a folder with manifest.json.

The manifest lists inputs: `file`, and in `expect` among others `file_hashes`, the SHA-256 of every file inside.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pellucid.domain.problem import ProblemKind
from pellucid.domain.progress import Progress
from pellucid.domain.scan_result import ScanResult
from pellucid.services.local_scan import scan
from pellucid.settings import Settings

CORPUS = Path(os.environ.get("PELLUCID_CORPUS", ""))
MANIFEST: dict[str, Any] = (
    {entry["file"]: entry["expect"] for entry in json.loads((CORPUS / "manifest.json").read_bytes())["inputs"]}
    if os.environ.get("PELLUCID_CORPUS")
    else {}
)
WHOLE = sorted(name for name, expect in MANIFEST.items() if "file_hashes" in expect)
FIRMWARE = sorted(name for name, expect in MANIFEST.items() if "pe_images" in expect)
ENCRYPTED = ("encrypted-8m.bin", "encrypted.zip")
HOSTILE = sorted(name for name in MANIFEST if name.startswith("hostile/"))


pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not MANIFEST, reason="PELLUCID_CORPUS is not set"),
    pytest.mark.timeout(600),
]


def scanned(name: str) -> ScanResult:
    def ignore(_progress: Progress) -> None:
        pass

    return scan(CORPUS / name, Settings(), ignore)


@pytest.mark.parametrize("name", WHOLE or ["none"])
def test_every_file_of_the_truth_is_reached(name: str) -> None:
    lines = (CORPUS / MANIFEST[name]["file_hashes"]).read_text().splitlines()
    truth = {line[:64]: line[66:] for line in lines}
    found = {artefact.sha256 for artefact in scanned(name).artefacts}
    assert len(truth) > 100
    assert [path for sha256, path in truth.items() if sha256 not in found] == []


@pytest.mark.parametrize("name", FIRMWARE or ["none"])
def test_every_program_of_a_firmware_is_reached(name: str) -> None:
    places = [artefact for artefact in scanned(name).artefacts if artefact.path.count("!") >= 1]
    expected = MANIFEST[name]
    assert sum(artefact.kind == "pe" for artefact in places) >= expected["pe_images"]
    assert sum(artefact.path.endswith(".te") for artefact in places) >= expected.get("te_images", 0)


@pytest.mark.parametrize("name", ENCRYPTED)
def test_what_is_encrypted_is_said(name: str) -> None:
    assert ProblemKind.ENCRYPTED in {problem.kind for problem in scanned(name).problems if problem.artefact == name}


@pytest.mark.parametrize("name", HOSTILE or ["none"])
def test_hostile_input_is_contained(name: str) -> None:
    result = scanned(name)
    assert list(Path(tempfile.gettempdir()).glob("CORPUS_ESCAPED*")) == []
    if "report" in MANIFEST[name]["must"]:
        assert result.problems
    wanted = MANIFEST[name].get("files")
    if wanted is not None:
        assert sum("!" in artefact.path for artefact in result.artefacts) >= wanted
