"""Readers are imported inside the sandbox: each does there what it does here; where that could fail, before it."""

import ctypes
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.architecture.source_tree import SOURCES
from tests.support.small_inputs import small_inputs

from pellucid.analysis.scan_rules import ScanRules
from pellucid.analyzers import ANALYZERS
from pellucid.extractors import EXTRACTORS
from pellucid.pipeline import late_imports, messages, pool, user
from pellucid.pipeline.content import Content
from pellucid.pipeline.examine import examine
from pellucid.pipeline.messages import EVERYTHING, SOFTWARE, UNPACKING, Request
from pellucid.pipeline.scratch import Extent
from pellucid.pipeline.software import SOFTWARE as SOFTWARE_UNITS
from pellucid.pipeline.unit_set import Units
from pellucid.pipeline.units import UNITS as EVERY_UNIT
from pellucid.pipeline.unpacking import UNPACKING as UNITS
from pellucid.rules.rule_file import RuleFile
from pellucid.rules.rule_set import RuleSet, packed, unpacked
from pellucid.services.scanning import lent

LOADED = """
import sys
from pellucid.pipeline import late_imports
from pellucid.pipeline.unpacking import UNPACKING
readers = ["pellucid.extractors.squashfs", "pellucid.analyzers.components.dpkg_packages"]
assert not any(name in sys.modules for name in readers)
late_imports.prepare(sys.argv[1:])
for _ in late_imports.bytecode(sys.argv[1:]):
    pass
compiled = [*late_imports.COMPILED, *(late_imports.OF_ANALYZERS if len(sys.argv) > 1 else [])]
print(*(name in sys.modules for name in readers), all(name in sys.modules for name in compiled))
"""
# These need nothing that lies elsewhere; numpy brings what it is linked with, and few artefacts need it.
PURE = {"isal", "msgspec", "numpy", "packaging"}
GOLDEN = Path(__file__).parents[1] / "analyzers"
SCRIPTS = """
import "hash"
rule scripts { meta: type = "malware" cwe = "1" condition: uint16be(0) == 0x2321 and hash.md5(0, 1) != "" }
"""
RULES = RuleSet(name="own", files=(RuleFile(name="a.yar", body=SCRIPTS),))


def by_child(
    folder: Path, inputs: Mapping[str, bytes], units: str = UNPACKING, rules: RuleSet | None = None
) -> tuple[dict[str, Content], dict[str, str]]:
    """What a real process says of each input, and what confines it."""
    batch = []
    for name, data in inputs.items():
        path = folder / name
        path.write_bytes(data)
        request = Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        batch.append((request, Extent(path, 0, len(data))))
    names = {request.sha256: name for (request, _), name in zip(batch, inputs, strict=True)}
    found: dict[str, Content] = {}
    welcome = messages.Welcome(memory=1 << 30, file_size=1 << 30, units=units)
    with (
        lent(rules) as (ready, unmatched),
        pool.Pool(1, work=folder / "work", welcome=welcome) as processes,
    ):
        assert not unmatched
        layers = processes.layers()
        for start in range(0, len(batch), 16):
            processes.submit(batch[start : start + 16], ready)
            while processes.busy:
                for event in processes.events(1.0):
                    assert isinstance(event, pool.Answered), event
                    found[names[event.request.sha256]] = event.content
    return found, layers


def by_hand(folder: Path, data: bytes, units: Units = UNITS, rules: ScanRules | None = None) -> Content:
    """What this process says of an input."""
    folder.mkdir()
    request = Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data), folder=str(folder))
    content = examine(request, data, units, rules)
    for child in content.children:
        child.sha256 = ""
    return content


def test_every_reader_does_inside_what_it_does_outside(tmp_path: Path) -> None:
    inputs = small_inputs()
    assert {unit.name for unit in EXTRACTORS} <= set(inputs)
    found, layers = by_child(tmp_path, inputs)
    assert not layers["landlock"]
    for name, data in inputs.items():
        assert found[name] == by_hand(tmp_path / f"{name}-by-hand", data), name


def golden() -> dict[str, bytes]:
    """The recorded cases of the analyzers, each content once."""
    cases = {path.read_bytes(): "-".join(path.parent.parts[-2:]) for path in sorted(GOLDEN.glob("*/*/*/input"))}
    return {name: data for data, name in cases.items()}


def test_every_analyzer_does_inside_what_it_does_outside(tmp_path: Path) -> None:
    inputs = golden()
    found, layers = by_child(tmp_path, inputs, EVERYTHING, RULES)
    assert not layers["landlock"]
    rules = unpacked(packed(RULES))
    for name, data in inputs.items():
        assert found[name] == by_hand(tmp_path / f"{name}-by-hand", data, EVERY_UNIT, rules), name
    assert {unit for content in found.values() for unit in content.units} == {unit.name for unit in ANALYZERS}


def test_what_tells_software_does_so_without_the_libraries_of_the_others(tmp_path: Path) -> None:
    inputs = golden()
    found, _ = by_child(tmp_path, inputs, SOFTWARE)
    for name, data in inputs.items():
        assert found[name] == by_hand(tmp_path / f"{name}-by-hand", data, SOFTWARE_UNITS), name


@pytest.fixture
def no_landlock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of modules that hides the library."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "landlockpy.py").write_text("raise ImportError('not on this machine')")
    path = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{path}" if path else str(folder))
    return folder


def test_without_landlock_they_are_imported_before(tmp_path: Path, no_landlock: Path) -> None:
    inputs = small_inputs()
    found, layers = by_child(tmp_path, inputs)
    assert "not on this machine" in layers["landlock"]
    for name, data in inputs.items():
        assert found[name] == by_hand(tmp_path / f"{name}-by-hand", data), name
    assert loaded() == "True False True"
    assert loaded("crypto") == "True True True"


def test_without_landlock_analyzers_are_imported_before(tmp_path: Path, no_landlock: Path) -> None:
    inputs = golden()
    found, _ = by_child(tmp_path, inputs, EVERYTHING)
    for name, data in inputs.items():
        assert found[name] == by_hand(tmp_path / f"{name}-by-hand", data, EVERY_UNIT), name


def loaded(*arguments: str, **environment: str) -> str:
    """Whether a new process that prepares itself has imported a reader, an analyzer, and all compiled libraries."""
    answer = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip()


def test_bytecode_that_is_missing_is_written_before(tmp_path: Path) -> None:
    kept = {"PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    assert loaded(**kept, PYTHONDONTWRITEBYTECODE="1") == "False False True"
    assert loaded(**kept) == "True False True"
    assert loaded(**kept) == "False False True"
    assert loaded("crypto", **kept) == "True True True"
    assert loaded("crypto", **kept) == "False False True"
    (written,) = (tmp_path / "bytecode").rglob("extractors/squashfs.*.pyc")
    os.utime(written, (1, 1))
    assert loaded(**kept) == "True False True"


def test_root_without_the_capability_to_read_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    permitted = int(next(line.split()[1] for line in status.splitlines() if line.startswith("CapPrm")), 16)
    assert user.can_keep_reading() == bool(permitted & 1 << user.CAP_DAC_READ_SEARCH)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(capget=lambda _header, _sets: 0))
    assert not user.can_keep_reading()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert user.can_keep_reading()


def test_compiled_libraries_and_encodings_of_readers_are_known() -> None:
    readers = [module for module in SOURCES if module.package in {"formats", "extractors", "analyzers"}]
    words = {word for module in SOURCES for word in re.findall(r"\.(?:en|de)code\(\"([\w-]+)\"", module.text)}
    assert words <= set(late_imports.ENCODINGS)
    used = {name.split(".")[0] for module in readers for name in module.imports} - {"pellucid"}
    compiled = {name.split(".")[0] for name in (*late_imports.COMPILED, *late_imports.OF_ANALYZERS)}
    assert used - sys.stdlib_module_names <= compiled | PURE
