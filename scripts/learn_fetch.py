"""Fetching: the chosen packages of each release are downloaded, packed and deleted again."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from lzma import LZMAError
from pathlib import Path
from tarfile import TarError

from scripts import learn_packs
from scripts.learn_archive import Package, Release, chosen

from pellucid.errors import Malformed

SOURCES_AT_ONCE = 150
PROCESSES = 2


def pack_path(work: Path, release: str, source: str) -> Path:
    return work / "packs" / release / f"{source}.pack"


def fetch(release: Release, sources: Iterable[str]) -> int:
    """Make the packs that are missing; how many sources the release has of those asked for."""
    index = release.index()
    there = [source for source in sources if source in index]
    missing = [source for source in there if not pack_path(release.work, release.name, source).exists()]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for start in range(0, len(missing), SOURCES_AT_ONCE):
            batch = {source: chosen(index[source]) for source in missing[start : start + SOURCES_AT_ONCE]}
            folder = release.work / "debs" / release.name
            release.download([package for packages in batch.values() for package in packages], folder)
            tasks = [pool.submit(_pack, release, source, packages, folder) for source, packages in batch.items()]
            for task in tasks:
                task.result()
            print(f"{release.name}: {start + len(batch)} of {len(missing)}", flush=True)
    return len(there)


def _pack(release: Release, source: str, packages: Sequence[Package], folder: Path) -> None:
    files: list[learn_packs.PackedFile] = []
    copyright_text = ""
    for package in packages:
        for deb in folder.glob(f"{package.name}_*.deb"):
            try:
                found, text = learn_packs.elf_files(deb)
            except (Malformed, TarError, LZMAError, EOFError) as error:
                print(f"{deb.name}: {error}")
            else:
                files += found
                copyright_text = copyright_text or text
            deb.unlink()
    pack = learn_packs.Pack(
        source=source,
        release=release.name,
        version=packages[0].source_version,
        homepage=packages[0].homepage,
        copyright=copyright_text,
        files=files,
    )
    learn_packs.write(pack_path(release.work, release.name, source), pack)
