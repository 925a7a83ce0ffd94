"""Keys and certificates of every kind in every container: all that was planted is found, and nothing else."""

from pathlib import Path

import pytest
from tests.support.planted_crypto import Held, image, planted

from pellucid.services.local_scan import scan
from pellucid.settings import Settings

pytestmark = pytest.mark.timeout(300)


def test_all_that_was_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    parts = list(planted())
    path = tmp_path / "planted.tar"
    path.write_bytes(image(parts))
    result = scan(path, Settings(data_dir=tmp_path / "data", processes=1), lambda _: None)
    found: dict[str, set[Held]] = {}
    for asset in result.crypto_assets:
        below = asset.evidence.artefact.removeprefix("planted.tar!").partition("!")[0]
        found.setdefault(below, set()).add((asset.kind, asset.fingerprint))
    missed, extra = [], []
    for part in parts:
        seen = found.get(part.path, set())
        missed += [f"{part.path}: {kind}" for kind, _ in part.held - seen]
        extra += [f"{part.path}: {kind} {fingerprint}" for kind, fingerprint in seen - part.held]
    assert (missed, extra) == ([], [])
