"""FIT images (U-Boot, doc/usage/fit/source_file_format.rst): images with hashes, and configurations of them."""

import hashlib
import zlib
from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.fdt import Node, Tree
from pellucid.formats.span import Data, pieces

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
MOST_IMAGES = 1000


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`at` and `size` place the data, inside the tree or behind it; `facts` are its text properties."""

    name: str
    at: int
    size: int
    facts: dict[str, str]
    hashes: tuple[tuple[str, bytes], ...]


SHOWN = ("description", "type", "arch", "os", "compression")
ADDRESSES = ("load", "entry")


def images(tree: Tree) -> Iterator[Image | Malformed]:
    """Every image of the tree; a Malformed for one whose data is nowhere."""
    folder = tree.root.children.get("images")
    if not folder:
        raise Malformed("a device tree without images is no FIT image")
    for node in list(folder.children.values())[:MOST_IMAGES]:
        place = _place(tree, node)
        if not place:
            yield Malformed(f"{node.name[:200]}: the image has no data")
            continue
        facts = {name: tree.text(node, name) for name in SHOWN if name in node.properties}
        for name in ADDRESSES:
            address = tree.number(node, name)
            if address is not None:
                facts[name] = f"0x{address:x}"
        yield Image(name=node.name, at=place[0], size=place[1], facts=facts, hashes=tuple(_hashes(tree, node)))


def configurations(tree: Tree) -> dict[str, str]:
    """What belongs together: name -> "kernel=kernel-1 fdt=fdt-1"; the default one under "default"."""
    folder = tree.root.children.get("configurations")
    if not folder:
        return {}
    found = {}
    if default := tree.text(folder, "default"):
        found["default"] = default
    for node in list(folder.children.values())[:MOST_IMAGES]:
        parts = (f"{name}={','.join(tree.texts(node, name))}" for name in node.properties if name != "description")
        found[node.name] = " ".join(parts)
    return found


def signatures(tree: Tree) -> dict[str, str]:
    """How configurations are signed: name -> "sha256,rsa2048 with dev over kernel fdt"; without those that are not."""
    folder = tree.root.children.get("configurations")
    found = {}
    for node in list(folder.children.values())[:MOST_IMAGES] if folder else ():
        rows = [
            f"{tree.text(child, 'algo')} with {tree.text(child, 'key-name-hint') or 'a key without a name'} over "
            + (" ".join(tree.texts(child, "sign-images")) or "nothing")
            for child in node.children.values()
            if child.name.startswith("signature") and "value" in child.properties
        ]
        if rows:
            found[node.name] = "; ".join(rows)
    return found


def length(tree: Tree) -> int:
    """The tree and the data behind it."""
    end = tree.header.start + tree.header.size
    for image in images(tree):
        if isinstance(image, Image):
            end = max(end, image.at + image.size)
    return end - tree.header.start


def differing(data: Data, image: Image) -> list[str]:
    """The names of the algorithms whose stated hash is not that of the data."""
    sums = {name: hashlib.new(name, usedforsecurity=False) for name, _ in image.hashes if name in ALGORITHMS}
    checksum = 0
    try:
        for piece in pieces(data, image.at, image.size):
            checksum = zlib.crc32(piece, checksum)
            for digest in sums.values():
                digest.update(piece)
    except Truncated:
        return [name for name, _ in image.hashes]
    wrong = [name for name, stated in image.hashes if name in sums and sums[name].digest() != stated]
    return wrong + [name for name, stated in image.hashes if name == "crc32" and stated != checksum.to_bytes(4, "big")]


def _place(tree: Tree, node: Node) -> tuple[int, int] | None:
    if "data" in node.properties:
        return node.properties["data"]
    size, offset = tree.number(node, "data-size"), tree.number(node, "data-offset")
    if size is None:
        return None
    if offset is not None:
        return tree.header.start + (tree.header.size + 3 & ~3) + offset, size
    position = tree.number(node, "data-position")
    return (tree.header.start + position, size) if position is not None else None


def _hashes(tree: Tree, node: Node) -> Iterator[tuple[str, bytes]]:
    for child in node.children.values():
        if child.name.startswith("hash") and (algorithm := tree.text(child, "algo")):
            yield algorithm, tree.value(child, "value")
