"""What the products that VEX documents name mean here: dependencies of an image, or the image itself."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

from pellucid.domain.dependency import Dependency, upstream_version
from pellucid.domain.vex_claim import ImageNames
from pellucid.errors import Malformed
from pellucid.formats import cpe, purl_parts
from pellucid.formats.purl_parts import Parts

ANY = ("", "*")
# Where a package was fetched from, and what it was built of, makes no other package of it.
ORIGINS = frozenset(("repository_url", "download_url", "vcs_url", "file_name", "checksum", "upstream", "platform"))
SOURCE = ("source", "src")
WHOLE_IMAGES = ("generic", "oci", "docker", "firmware")


def means_image(products: Sequence[str], image: ImageNames) -> bool:
    """Whether any of them is the image; none at all stands for it, too."""
    return not products or any(_is_image(item, image) for item in products)


def means(products: Sequence[str], item: Dependency) -> bool:
    """Whether any of them is the dependency.

    Package URLs and CPE names without a version mean all versions. Plain names only count where no product is named
    in a better way.
    """
    exact = [name for name in map(_plain, products) if name.startswith(("pkg:", "cpe:"))]
    if exact:
        return any(_is_package(name, item) if name.startswith("pkg:") else _is_cpe(name, item) for name in exact)
    called = {item.product.casefold()}
    called |= {f"{item.product}{sign}{item.version}".casefold() for sign in " @-" if item.version}
    return any(name.casefold() in called for name in products)


def _plain(product: str) -> str:
    """What a BOM-Link leads to is the name of a component in a bill: most often a package URL."""
    if product.startswith("urn:cdx:"):
        return unquote(product.partition("#")[2])
    return product


def _is_image(product: str, image: ImageNames) -> bool:
    name = _plain(product)
    if name.startswith("pkg:"):
        parts = _parts(name)
        versions = {"", image.version, image.sha256, f"sha256:{image.sha256}"}
        named = parts is not None and parts.name.casefold() in {image.name.casefold(), image.product.casefold()} - {""}
        return parts is not None and named and parts.type in WHOLE_IMAGES and parts.version in versions
    full = {f"{own}{sign}{image.version}" for own in (image.name, image.product) if own for sign in " @-:"}
    return name.casefold() in {text.casefold() for text in (*full, image.name, image.filename, image.sha256) if text}


def _is_package(name: str, item: Dependency) -> bool:
    wanted, own = _parts(name), _parts(item.purl)
    if wanted is None or own is None or wanted.type != own.type or _folded(wanted) != _folded(own):
        return False
    stated = {key: value for key, value in wanted.qualifiers.items() if key not in ORIGINS}
    of_source = stated.get("arch") in SOURCE
    versions = [own.version, item.version] if not of_source else []
    names = [own.name] if not of_source else []
    if purl_parts.ecosystem(own.type).distribution and item.source_name:
        # Distributions speak of source packages.
        names.append(item.source_name)
        versions.append(item.source_version or item.version)
    if of_source:
        del stated["arch"]
    agree = all(own.qualifiers.get(key) == value for key, value in stated.items())
    called = wanted.name.casefold() in {known.casefold() for known in names}
    return agree and called and (not wanted.version or wanted.version in filter(None, versions))


def _folded(parts: Parts) -> str:
    return parts.namespace.casefold()


def _is_cpe(name: str, item: Dependency) -> bool:
    try:
        wanted, own = cpe.parse(name), cpe.parse(item.cpe)
    except Malformed:
        return False
    same = (wanted.part, wanted.vendor, wanted.product) == (own.part, own.vendor, own.product)
    versions = {own.version, upstream_version(item).casefold(), item.version.casefold()} - {*ANY}
    return same and cpe.ANY not in (wanted.vendor, wanted.product) and (wanted.version in (*ANY, *versions))


@lru_cache(maxsize=1 << 14)
def _parts(purl: str) -> Parts | None:
    try:
        return purl_parts.parts(purl)
    except Malformed:
        return None
