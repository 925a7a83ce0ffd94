"""`pellucid extract` as a shell runs it."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from tests.support.command_line import pellucid


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("etc/passwd", "etc/group"):
            info = tarfile.TarInfo(name)
            info.size = 5
            archive.addfile(info, io.BytesIO(b"root\n"))
    return path


def test_files_land_in_the_folder_and_the_summary_on_stdout(image: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    ended = pellucid("extract", image, "--output", out)
    assert ended.code == 0, ended.stderr
    assert (out / "image.tar.extracted" / "etc" / "passwd").read_bytes() == b"root\n"
    heading, files, *_ = ended.stdout.splitlines()
    assert heading.startswith("image.tar.gz  ")
    assert files.startswith("3 files (")
    assert "image.tar.gz: unpacking" in ended.stderr

    again = pellucid("extract", image, "--output", out)
    assert (again.code, again.stdout) == (2, "")
    assert again.stderr.startswith(f"pellucid: error: {out} is not empty")

    forced = pellucid("extract", image, "--output", out, "--force", "--format", "json")
    assert forced.code == 0, forced.stderr
    document = json.loads(forced.stdout)
    assert (document["files"], document["problems"], document["output"]) == (3, [], str(out))
    manifest = json.loads(Path(document["manifest"]).read_text(encoding="utf-8"))
    assert [entry["path"] for entry in manifest["entries"]] == [
        None,
        "image.tar",
        "image.tar.extracted/etc/passwd",
        "image.tar.extracted/etc/group",
    ]


def test_what_cannot_be_done_says_why(image: Path, tmp_path: Path) -> None:
    missing = pellucid("extract", tmp_path / "none", "--output", tmp_path / "out")
    assert (missing.code, missing.stdout) == (2, "")
    assert "does not exist" in missing.stderr
    onto_file = pellucid("extract", image, "--output", image)
    assert onto_file.code == 2
    assert "is not a folder" in onto_file.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_to_unpack_is_said(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("words\n")
    ended = pellucid("extract", path, "--output", tmp_path / "out")
    assert ended.code == 0
    assert ended.stderr.splitlines()[-1] == "pellucid: nothing came out of words.txt"
