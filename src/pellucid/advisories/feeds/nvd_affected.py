"""What publishers of CVEs state themselves ("affected" in records of NVD, as in the CVE record format 5.x).

It is used where NVD has not said what is affected. A product is found by its CPE names, as a package of an ecosystem,
by its source repository, or, as a last resort, by the names that its publisher has for it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pellucid.advisories.feeds.nvd_names import narrow, product_named
from pellucid.advisories.feeds.nvd_versions import Versions, versions_of
from pellucid.domain.statement import Affected, Subject
from pellucid.errors import Malformed
from pellucid.formats.cpe import ANY, CpeName
from pellucid.formats.json_document import objects, text, texts
from pellucid.formats.package_names import named, repository_of, subject_of
from pellucid.formats.purl_parts import ecosystem, parts
from pellucid.formats.version_ranges import order_of

MOST_PRODUCTS = 5000
MOST_NAMES = 1000
MOST_SYMBOLS = 200
MOST_FILES = 200
NOTE = "As the publisher of the CVE states it: NVD does not say what is affected."
NO_NAME = frozenset(("", "n/a", "-", "unknown", "unspecified"))


@dataclass(frozen=True)
class _Collection:
    """A row of the table: whose packages they are."""

    ecosystem: str = ""
    target: str = ""
    distribution: bool = False


@dataclass(frozen=True)
class _Product:
    subject: Subject
    target: str = ""
    edition: str = ""
    order: str = ""
    name: CpeName | None = None


def affected(publishers: Any, note: str = NOTE) -> tuple[Affected, ...]:
    """Statements about all products of which something can be said, in the order of the record, with that note."""
    entries = [entry for publisher in objects(publishers) for entry in objects(publisher.get("affectedData"))]
    found: dict[Affected, None] = {}
    for entry in entries[:MOST_PRODUCTS]:
        for product in _products(entry):
            versions = _versions(entry, product)
            if versions:
                found[_affected(entry, product, versions, note)] = None
    return tuple(found)


def _affected(entry: dict[str, Any], product: _Product, versions: Versions, note: str) -> Affected:
    go = product.subject[0] == "Go"
    routines = [text(item.get("name")) for item in objects(entry.get("programRoutines"))] if go else []
    return Affected(
        subject=product.subject,
        ranges=versions.ranges,
        versions=versions.versions,
        any_version=versions.any_version,
        target=product.target,
        edition=product.edition,
        order=product.order,
        files=tuple(dict.fromkeys(texts(entry.get("programFiles"))[:MOST_FILES])),
        symbols=tuple(filter(None, routines[:MOST_SYMBOLS])),
        note=" ".join(filter(None, (note, versions.note))),
    )


def _versions(entry: dict[str, Any], product: _Product) -> Versions:
    found = versions_of(entry, order_of(Affected(subject=product.subject, order=product.order)))
    if found.any_version and not found.ranges and product.name and product.name.version != ANY:
        return Versions(versions=(product.name.listed,))
    return found


def _products(entry: dict[str, Any]) -> Iterator[_Product]:
    collection = _collection(text(entry.get("collectionURL")))
    if collection.distribution or _is_of_distribution(text(entry.get("packageURL"))):
        return
    named_so = dict.fromkeys((*_by_cpe(entry), *_by_package(entry, collection)))
    yield from named_so
    repository = _repository(entry)
    if repository and not any(product.subject == repository for product in named_so):
        yield _Product(repository)
    vendor, product = text(entry.get("vendor")), text(entry.get("product"))
    if all(item.subject[0] == "repo" for item in named_so) and product.lower() not in NO_NAME:
        yield _by_name(named("" if vendor.lower() in NO_NAME else vendor, product), collection.target)


def _by_name(subject: Subject, target: str) -> _Product:
    """By the name that the CPE dictionary has for it, where that is known."""
    row = _table("cve_tables.toml", "products").get(subject[1])
    return _Product((row["part"], row["name"]), order=row.get("order", "")) if row else _Product(subject, target)


def _by_cpe(entry: dict[str, Any]) -> Iterator[_Product]:
    for cpe in texts(entry.get("cpes"))[:MOST_NAMES]:
        try:
            name = product_named(cpe)
        except Malformed:
            continue
        yield _Product(name.subject, narrow(name.target_sw), narrow(name.sw_edition), name=name)


def _by_package(entry: dict[str, Any], collection: _Collection) -> Iterator[_Product]:
    if package := text(entry.get("packageURL")):
        try:
            said = parts(package)
        except Malformed:
            return
        row = ecosystem(said.type)
        if row.ecosystem:
            yield _Product(subject_of(row.ecosystem, row.joined.join(filter(None, (said.namespace, said.name)))))
        elif said.type in ("github", "gitlab", "bitbucket") and said.namespace:
            host = "bitbucket.org" if said.type == "bitbucket" else f"{said.type}.com"
            yield _Product(("repo", repository_of(f"https://{host}/{said.namespace}/{said.name}")))
    elif collection.ecosystem and (name := text(entry.get("packageName"))):
        yield _Product(
            subject_of(collection.ecosystem, _go_module(entry, name) if collection.ecosystem == "Go" else name)
        )


def _go_module(entry: dict[str, Any], package: str) -> str:
    """The module of a package. The CNA of Go gives it as the vendor; what has no host in it comes with the compiler."""
    vendor = text(entry.get("vendor"))
    if "." not in package.partition("/")[0]:
        return "toolchain" if package == "cmd" or package.startswith("cmd/") else "stdlib"
    return vendor if vendor and package.startswith(f"{vendor}/") else package


def _repository(entry: dict[str, Any]) -> Subject | None:
    """Where the sources are: said, or the collection itself is a repository, or a host of them."""
    address = text(entry.get("repo"))
    collected = _place(text(entry.get("collectionURL")))
    if not address and collected[0] in ("github.com", "gitlab.com"):
        path = collected[1] or text(entry.get("packageName"))
        address = f"https://{collected[0]}/{path}" if path.count("/") == 1 else ""
    found = repository_of(address)
    host, _, path = found.partition("/")
    return ("repo", found) if "." in host and path and " " not in found else None


def _is_of_distribution(package: str) -> bool:
    return ecosystem(package.removeprefix("pkg:").partition("/")[0].lower()).distribution


def _collection(address: str) -> _Collection:
    host = _place(address)[0]
    words = host.split(".")
    return next((row for word, row in _collections().items() if word in words), _Collection())


def _place(address: str) -> tuple[str, str]:
    """Host and path of an address, without slashes around them; empty for what is none."""
    try:
        split = urlsplit(address)
    except ValueError:
        return "", ""
    return split.netloc.lower().rpartition("@")[2].partition(":")[0], split.path.strip("/")


@cache
def _collections() -> dict[str, _Collection]:
    return {word: _Collection(**row) for word, row in _table("nvd_tables.toml", "collections").items()}


@cache
def _table(file: str, name: str) -> dict[str, dict[str, Any]]:
    content = Path(__file__).parent.joinpath(file).read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = tomllib.loads(content)[name]
    return found
