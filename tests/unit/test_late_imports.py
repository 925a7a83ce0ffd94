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

from pellucid.extractors import EXTRACTORS
from pellucid.pipeline import late_imports, pool, user
from pellucid.pipeline.content import Content
from pellucid.pipeline.examine import examine
from pellucid.pipeline.messages import UNPACKING, Request
from pellucid.pipeline.scratch import Extent
from pellucid.pipeline.unpacking import UNPACKING as UNITS

LOADED = """
import sys
from pellucid.pipeline import late_imports
from pellucid.pipeline.unpacking import UNPACKING
assert "pellucid.extractors.squashfs" not in sys.modules
late_imports.prepare()
print("pellucid.extractors.squashfs" in sys.modules, all(name in sys.modules for name in late_imports.COMPILED))
"""


def by_child(folder: Path, inputs: Mapping[str, bytes]) -> tuple[dict[str, Content], dict[str, str]]:
    """What a real process says of each input, and what confines it."""
    batch = []
    for name, data in inputs.items():
        path = folder / name
        path.write_bytes(data)
        request = Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        batch.append((request, Extent(path, 0, len(data))))
    names = {request.sha256: name for (request, _), name in zip(batch, inputs, strict=True)}
    found: dict[str, Content] = {}
    with pool.Pool(1, work=folder / "work", memory=1 << 30, file_size=1 << 30, units=UNPACKING) as processes:
        layers = processes.layers()
        for start in range(0, len(batch), 16):
            processes.submit(batch[start : start + 16])
            while processes.busy:
                for event in processes.events(1.0):
                    assert isinstance(event, pool.Answered), event
                    found[names[event.request.sha256]] = event.content
    return found, layers


def by_hand(folder: Path, data: bytes) -> Content:
    """What this process says of an input."""
    folder.mkdir()
    request = Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data), folder=str(folder))
    content = examine(request, data, UNITS)
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


def test_without_landlock_they_are_imported_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "landlockpy.py").write_text("raise ImportError('not on this machine')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    inputs = small_inputs()
    found, layers = by_child(tmp_path, inputs)
    assert "not on this machine" in layers["landlock"]
    for name, data in inputs.items():
        assert found[name] == by_hand(tmp_path / f"{name}-by-hand", data), name
    assert loaded(PYTHONPATH=str(tmp_path)) == "True True"


def loaded(**environment: str) -> str:
    """Whether a new process that prepares itself has then imported a reader, and all compiled libraries."""
    answer = subprocess.run(
        [sys.executable, "-c", LOADED],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip()


def test_bytecode_that_is_missing_is_written_before(tmp_path: Path) -> None:
    kept = {"PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    assert loaded(**kept, PYTHONDONTWRITEBYTECODE="1") == "False True"
    assert loaded(**kept) == "True True"
    assert loaded(**kept) == "False True"
    (written,) = (tmp_path / "bytecode").rglob("extractors/squashfs.*.pyc")
    os.utime(written, (1, 1))
    assert loaded(**kept) == "True True"


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
    readers = [module for module in SOURCES if module.package in {"formats", "extractors"}]
    words = {word for module in SOURCES for word in re.findall(r"\.(?:en|de)code\(\"([\w-]+)\"", module.text)}
    assert words <= set(late_imports.ENCODINGS)
    used = {name.split(".")[0] for module in readers for name in module.imports} - {"pellucid"}
    assert used - sys.stdlib_module_names <= {name.split(".")[0] for name in late_imports.COMPILED} | {"msgspec"}
