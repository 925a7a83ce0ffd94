"""A repository left in an image: secrets that were deleted from it are found, and what else was is not told."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from tests.support.synthetic_secrets import filled
from tests.support.trees import run

from pellucid.domain.scan_result import ScanResult
from pellucid.domain.secret import Secret
from pellucid.services.local_scan import scan
from pellucid.settings import Settings

pytestmark = pytest.mark.timeout(120)
PERSON = ("-c", "user.name=a", "-c", "user.email=a@acme.io")


def commit(folder: Path, message: str) -> str:
    """Everything as it is; the id as it is abbreviated."""
    run("git", "-C", folder, *PERSON, "add", "-A")
    run("git", "-C", folder, *PERSON, "commit", "-q", "-m", message)
    return run("git", "-C", folder, "rev-parse", "HEAD").decode()[:12]


def locked(version: str) -> str:
    """What npm writes down of a project with one dependency."""
    packages = {"": {"name": "app"}, "node_modules/left-pad": {"version": version}}
    return json.dumps({"name": "app", "lockfileVersion": 3, "packages": packages})


def repository(folder: Path, token: str) -> str:
    """A file with a token that the second commit deletes; the first commit."""
    run("git", "init", "-q", folder)
    (folder / "config").mkdir()
    (folder / "config/deploy.env").write_text(f"# of the build server\nGITHUB_TOKEN={token}\n")
    (folder / "package-lock.json").write_text(locked("1.0.0"))
    first = commit(folder, "first")
    (folder / "config/deploy.env").unlink()
    (folder / "package-lock.json").write_text(locked("1.3.0"))
    commit(folder, "without what should not be there")
    return first


def scanned(folder: Path, tree: Path) -> ScanResult:
    """Of a tar of the repository, with its files."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.add(tree, "srv/app")
    path = folder / "image.tar"
    path.write_bytes(file.getvalue())
    return scan(path, Settings(data_dir=folder / "data", processes=1), lambda _: None)


def tokens(result: ScanResult) -> list[Secret]:
    return [secret for secret in result.secrets if secret.rule.startswith("github")]


def test_a_secret_that_stands_only_in_history_is_found(tmp_path: Path) -> None:
    token = filled("{{crc62:ghp_}}")
    first = repository(tmp_path / "r", token)
    run("git", "-C", tmp_path / "r", "gc", "-q", "--aggressive", "--prune=now")
    assert not list((tmp_path / "r/.git/objects").glob("??/*"))
    result = scanned(tmp_path, tmp_path / "r")
    (secret,) = tokens(result)
    assert secret.evidence.artefact.endswith(f".pack!{first}/config/deploy.env")
    assert secret.evidence.offset == len("# of the build server\nGITHUB_TOKEN=")
    places = [item.artefact for finding in result.findings for item in finding.evidence]
    assert secret.evidence.artefact in places
    # Of software, only what is there now is true.
    assert [item.version for item in result.dependencies if item.product == "left-pad"] == ["1.3.0"]


def test_so_is_one_in_an_object_that_was_not_packed(tmp_path: Path) -> None:
    repository(tmp_path / "r", filled("{{crc62:ghp_}}"))
    result = scanned(tmp_path, tmp_path / "r")
    (secret,) = tokens(result)
    assert secret.evidence.artefact.endswith("!blob")
    assert [item.version for item in result.dependencies if item.product == "left-pad"] == ["1.3.0"]


def test_a_bundle_is_searched(tmp_path: Path) -> None:
    first = repository(tmp_path / "r", filled("{{crc62:ghp_}}"))
    (tmp_path / "sent").mkdir()
    run("git", "-C", tmp_path / "r", "bundle", "create", "-q", tmp_path / "sent/app.bundle", "--all")
    (secret,) = tokens(scanned(tmp_path, tmp_path / "sent"))
    assert secret.evidence.artefact.endswith(f"!{first}/config/deploy.env")
