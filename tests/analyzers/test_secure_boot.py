"""Secure Boot in real firmware: only with PELLUCID_CORPUS."""

import os
from pathlib import Path

import pytest
from tests.support.trees import extract

from pellucid.analysis.analyzer import Analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.hardening.secure_boot_keys import secure_boot_keys
from pellucid.analyzers.hardening.secure_boot_revocations import secure_boot_revocations
from pellucid.domain.hardening import Hardening, Verdict
from pellucid.extractors.uefi_volume import uefi_volume

CORPUS = os.environ.get("PELLUCID_CORPUS", "")
pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS, reason="PELLUCID_CORPUS is not set")]


def failed(unit: Analyzer, data: bytes) -> set[str]:
    (fact,) = unit(Artefact(data=data))
    assert isinstance(fact, Hardening)
    return {f"{check.name}={check.value}" for check in fact.checks if check.verdict is Verdict.FAIL}


def test_keys_of_microsoft_that_virtual_machines_come_with(tmp_path: Path) -> None:
    data = (Path(CORPUS) / "OVMF_VARS_4M.ms.fd").read_bytes()
    found = extract(uefi_volume, data[: uefi_volume.measure(data, 0)], tmp_path / "out")
    assert found.metadata["secureBoot"] == "enforced"
    variables = {name.partition("-")[0]: content for name, content in found.contents.items()}
    assert failed(secure_boot_keys, variables["KEK"]) == {"keyExchange=2011"}
    assert failed(secure_boot_keys, variables["db"]) == {"windows=2011", "thirdParty=2011"}
    assert failed(secure_boot_revocations, variables["dbx"]) == {"revocations=empty"}


def test_firmware_that_was_never_started_says_nothing(tmp_path: Path) -> None:
    data = (Path(CORPUS) / "OVMF.fd").read_bytes()
    found = extract(uefi_volume, data[: uefi_volume.measure(data, 0)], tmp_path / "out")
    assert "secureBoot" not in found.metadata
