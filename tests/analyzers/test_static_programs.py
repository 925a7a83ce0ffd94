"""Libraries inside stripped static programs, built here from what Debian ships, are found with their version."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from scripts.signature import everything

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.components.product_signatures import recognised
from pellucid.analyzers.signature_table import table_of
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats.identify import identify_leaf
from pellucid.pipeline.patterns import Patterns

PRODUCTS = everything().values()

PROGRAMS: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[1] / "support" / "static_programs.toml").read_text(encoding="utf-8")
)
# Their version is in another part of the library, which a program need not link.
WITHOUT_VERSION = {"libjpeg-turbo", "openssl"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static")


def built(folder: Path, product: str) -> bytes:
    """A stripped static program."""
    path = folder / f"{product}.c"
    path.write_text(PROGRAMS[product]["source"], encoding="utf-8")
    program = path.with_suffix("")
    command = ["gcc", "-O2", "-w", "-static", "-s", str(path), "-o", str(program), *PROGRAMS[product]["link"].split()]
    subprocess.run(command, check=True, capture_output=True)
    return program.read_bytes()


def version_of(package: str) -> str:
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    stated = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    upstream = stated.rpartition("-")[0].partition(":")[2] or stated.rpartition("-")[0]
    return re.split(r"[+~]|\.dfsg", upstream)[0]


@pytest.mark.skipif(not shutil.which("gcc") or not shutil.which("dpkg-query"), reason="needs gcc and Debian's packages")
@pytest.mark.parametrize("product", PROGRAMS)
def test_a_library_in_a_stripped_static_program_is_found(product: str, folder: Path) -> None:
    data = built(folder, product)
    known = table_of(PRODUCTS)
    artefact = Artefact(data=data, kind=identify_leaf(data), hits=Patterns(known.literals).search(data))
    found = {fact.product: fact for fact in recognised(artefact, known) if isinstance(fact, Dependency)}
    assert found[product].linkage is Linkage.EMBEDDED
    assert found[product].version == ("" if product in WITHOUT_VERSION else version_of(PROGRAMS[product]["package"]))
    assert set(found) - {product} <= {"glibc", "zlib"}
    assert found["glibc"].witness is Witness.SYMBOLS
    assert found["glibc"].version_range.startswith("vers:generic/>=2.")


def test_the_table_of_lengths_tells_the_version_of_zlib_without_its_copyright(folder: Path) -> None:
    data = built(folder, "zlib").replace(b" Copyright ", b" Kopierrecht"[:11])
    known = table_of(PRODUCTS)
    artefact = Artefact(data=data, kind="elf", hits=Patterns(known.literals).search(data))
    (found,) = (fact for fact in recognised(artefact, known) if isinstance(fact, Dependency) and fact.product == "zlib")
    assert (found.version, found.witness) == (version_of("zlib1g-dev"), Witness.CONSTANTS)
