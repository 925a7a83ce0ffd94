"""Files of distributions and of collections of exploits, as their publishers write them, built by hand."""

import csv
import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

COLUMNS = (
    *("id", "file", "description", "date_published", "author", "type", "platform", "port", "date_added"),
    *("date_updated", "verified", "codes", "tags", "aliases", "screenshot_url", "application_url", "source_url"),
)


def written(folder: Path, name: str, content: bytes | str | dict[str, Any] | list[Any]) -> Path:
    """A file; what is no text becomes JSON, and a name that ends in .gz packs it."""
    data = content if isinstance(content, bytes | str) else json.dumps(content)
    data = data.encode() if isinstance(data, str) else data
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    return path


def release(status: str, fixed: str = "", urgency: str = "not yet assigned", **more: Any) -> dict[str, Any]:
    """What the tracker of Debian says of a release; `newest` is what the release has."""
    newest = more.pop("newest", "1.0-1")
    stated = {"fixed_version": fixed} if fixed else {}
    return {"status": status, "repositories": {"x": newest}, **stated, "urgency": urgency, **more}


def entry(**releases: dict[str, Any]) -> dict[str, Any]:
    return {"description": "A mistake.", "scope": "remote", "debianbug": 900001, "releases": releases}


def secdb(packages: dict[str, Any], *, branch: str = "v3.19", repository: str = "main") -> dict[str, Any]:
    """A security database; without a branch, that of a distribution that rolls."""
    return {
        "apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
        "archs": ["aarch64", "x86_64"],
        "reponame": repository,
        "urlprefix": "https://example.org/alpine",
        **({"distroversion": branch} if branch else {}),
        "packages": [{"pkg": {"name": name, "secfixes": fixes}} for name, fixes in packages.items()],
    }


def exploits(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    """The index of the Exploit Database."""
    usual = {"file": "exploits/linux/remote/1.c", "type": "remote", "platform": "linux", "verified": "1"}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({**usual, "date_published": "2031-05-06", "description": "Thing 1.0 - Overflow", **row})
    return text.getvalue()


def module(name: str, *references: str, rank: int = 600, **fields: Any) -> dict[str, Any]:
    """A module of Metasploit, under its key."""
    kind, _, short = name.partition("/")
    return {
        f"{kind}_{short}": {
            "name": "Thing Overflow",
            "fullname": name,
            "rank": rank,
            "disclosure_date": "2031-04-14",
            "type": kind,
            "references": list(references),
            "path": f"/modules/{kind}s/{short}.rb",
            "ref_name": short,
            **fields,
        }
    }


def repository(name: str, stars: int = 0) -> dict[str, Any]:
    return {"full_name": name, "html_url": f"https://github.com/{name}", "stargazers_count": stars, "fork": False}


def tarball(members: dict[str, bytes]) -> bytes:
    """A tar with these files, in gzip."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return content.getvalue()
