"""The sample router image as a fixture: built once a machine, shared by all test processes."""

import fcntl
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scripts.build_sample import build

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".work"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The image and what is known to be in it (see scripts/build_sample.py)."""

    path: Path
    truth: dict[str, Any]

    @property
    def products(self) -> dict[str, str]:
        """Version by product, for products whose version can be read from the bytes."""
        return {
            package["product"]: package["version"]
            for package in self.truth["packages"]
            if package["product"] and package["version_string_in"]
        }


def built_sample() -> Sample:
    """Build the image unless it is there; processes that want it at the same time wait for one another."""
    image = WORK / "sample" / "router-sample.bin"
    truth = image.with_suffix(".truth.json")
    WORK.mkdir(exist_ok=True)
    with (WORK / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (image.is_file() and truth.is_file()):
            build(image, WORK / "cache")
    return Sample(path=image, truth=json.loads(truth.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def sample() -> Sample:
    """Import it in the conftest.py of a folder whose tests want it."""
    return built_sample()
