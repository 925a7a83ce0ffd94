"""For who writes signatures: check a file, try a product on a binary, or begin a new file.

python scripts/signature.py new PRODUCT
python scripts/signature.py check [FILE ...]
python scripts/signature.py try PRODUCT BINARY [BINARY ...]
python scripts/signature.py frequent FOLDER [FOLDER ...]
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.components.product_signatures import recognised
from pellucid.analyzers.sightings import literals, triggers
from pellucid.analyzers.signature_table import table_of
from pellucid.analyzers.signatures import Signature, parse
from pellucid.domain.dependency import Dependency
from pellucid.formats.identify import identify_leaf
from pellucid.pipeline.patterns import Patterns

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from scripts import signature_checks  # noqa: E402  # found from any folder

FOLDER = ROOT / "src" / "pellucid" / "analyzers" / "components" / "signatures"
LARGEST = 256 << 20
FREQUENT_FILES, FREQUENT_HITS = 0.02, 200
TEMPLATE = """\
vendor = ""
product = "{product}"
cpe = ["a::{product}"]
purl = "pkg:generic/{product}"
licence = ""
packages = ["{product}"]

[[version]]
anchor = "{product} "
pattern = '\\x00{product} (?P<version>\\d{{1,3}}\\.\\d{{1,3}}(?:\\.\\d{{1,3}})?)\\x00'
before = 1

[[hit]]
text = "\\u0000{product} 1.2.3\\u0000"
version = "1.2.3"
[[miss]]
text = "\\u0000needs {product} 1.2.3\\u0000"
"""


def main() -> int:
    """0 when everything is in order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("new").add_argument("product")
    commands.add_parser("check").add_argument("files", type=Path, nargs="*")
    trying = commands.add_parser("try")
    trying.add_argument("product")
    trying.add_argument("binaries", type=Path, nargs="+")
    commands.add_parser("frequent").add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "new":
        return new(arguments.product)
    if arguments.command == "check":
        return check(arguments.files)
    if arguments.command == "try":
        return attempt(arguments.product, arguments.binaries)
    return frequent(arguments.folders)


def new(product: str) -> int:
    """Begin a file that is complete but for its content."""
    path = FOLDER / f"{product}.toml"
    if path.exists():
        print(f"{path} is there already")
        return 1
    path.write_text(TEMPLATE.format(product=product), encoding="utf-8")
    print(path)
    return 0


def everything() -> dict[str, Signature]:
    """All files of the folder by name."""
    return {path.name: parse(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.toml"))}


def check(files: list[Path]) -> int:
    """Say what is wrong with files (all of the folder when none is named), also beside all others."""
    products = everything()
    chosen = {path.name: parse(path.name, path.read_bytes()) for path in files} or products
    wrong = [f"{name}: {why}" for name, item in chosen.items() for why in signature_checks.of_one(name, item)]
    wrong += [why for why in signature_checks.of_all(products | chosen) if why.partition(":")[0] in chosen]
    print("\n".join(wrong) or f"{len(chosen)} in order")
    return 1 if wrong else 0


def attempt(product: str, binaries: list[Path]) -> int:
    """Say what the signature of a product, or every one ("all"), makes of binaries; which literals stand there."""
    products = [item for item in everything().values() if product in ("all", item.product)]
    known = table_of(products)
    searched = Patterns(known.literals)
    for path in _files(binaries):
        data = path.read_bytes()
        artefact = Artefact(data=data, kind=identify_leaf(data), hits=searched.search(data))
        found = [fact for fact in recognised(artefact, known) if isinstance(fact, Dependency)]
        if product != "all":
            print(f"{path} ({artefact.kind}):")
            print("\n".join(f"    {len(places):6} {literal!r}" for literal, places in artefact.hits.items()))
        for item in found:
            where = "; ".join(f"0x{evidence.offset:x} {evidence.seen!r}" for evidence in item.evidence[:2])
            version = item.version or item.version_range or "?"
            print(f"{path}: {item.product} {version} {item.linkage} {item.confidence} {item.witness}: {where}")
    return 0


def frequent(folders: list[Path]) -> int:
    """Literals that stand in too many files of a folder for nothing, or too often in one; and what the pass takes."""
    products = everything()
    owners = {literal: item.product for item in products.values() for literal in triggers(item)}
    searched = Patterns({literal for item in products.values() for literal in literals(item)})
    files, size, seconds = 0, 0, 0.0
    in_files: Counter[bytes] = Counter()
    most: Counter[bytes] = Counter()
    for path in _files(folders):
        data = path.read_bytes()
        start = time.perf_counter()
        hits = searched.search(data)
        seconds += time.perf_counter() - start
        files, size = files + 1, size + len(data)
        in_files.update(hits.keys())
        for literal, places in hits.items():
            most[literal] = max(most[literal], len(places))
    speed = size / 1e6 / max(seconds, 1e-9)
    print(f"{files} files, {size / 1e6:.0f} MB, {speed:.0f} MB/s, {len(searched)} literals")
    wrong = [item for item in in_files if in_files[item] > max(FREQUENT_FILES * files, 8) or most[item] > FREQUENT_HITS]
    for literal in sorted(wrong, key=lambda item: -in_files[item]):
        print(f"{in_files[literal]:6} files, at most {most[literal]:6} in one: {owners.get(literal, '-')} {literal!r}")
    return 1 if wrong else 0


def _files(places: list[Path]) -> Iterator[Path]:
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
                yield path


if __name__ == "__main__":
    sys.exit(main())
