"""Keys and certificates of every kind in every container: all that was planted is found, and nothing else."""

from pathlib import Path

import pytest
from tests.support.planted_crypto import Held, Planted, image, planted, streamed_store

from pellucid.services.local_scan import scan
from pellucid.settings import Settings

pytestmark = pytest.mark.timeout(300)


def test_all_that_was_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    assert _wrong(list(planted()), tmp_path) == ([], [])


def test_pieces_of_keys_and_certificates_are_none(tmp_path: Path) -> None:
    parts = []
    for size in range(60, 420, 20):
        data, held = streamed_store(b"changeit", size, plain=True)
        parts.append(Planted(path=f"segments-{size}.bin", data=data, held=held))
    assert _wrong(parts, tmp_path) == ([], [])


def _wrong(parts: list[Planted], tmp_path: Path) -> tuple[list[str], list[str]]:
    """What was not found, and what should not have been."""
    path = tmp_path / "planted.tar"
    path.write_bytes(image(parts))
    result = scan(path, Settings(data_dir=tmp_path / "data", processes=1), lambda _: None)
    found: dict[str, set[Held]] = {}
    for asset in result.crypto_assets:
        below = asset.evidence.artefact.removeprefix("planted.tar!").partition("!")[0]
        found.setdefault(below, set()).add((asset.kind, asset.fingerprint))
    missed, extra = list[str](), list[str]()
    for part in parts:
        seen = found.get(part.path, set())
        missed += [f"{part.path}: {kind}" for kind, _ in part.held - seen]
        extra += [f"{part.path}: {kind} {fingerprint}" for kind, fingerprint in seen - part.held]
    return missed, extra
