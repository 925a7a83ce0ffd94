"""Libraries that are told which algorithm to take by a number, and the texts that show what was compiled into them.

The table is built_in_algorithms.toml.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from pellucid.formats import crypto_algorithms
from pellucid.formats.crypto_algorithms import Algorithm

# Linkers let a text be the end of a longer one, such as SHA512_256 of HMAC_SHA512_256.
_KINDS = {
    "texts": rb"(?<![A-Za-z0-9-])%(text)s(?=[\0:\n])",
    "listed": rb"(?:(?<=\0)%(text)s(?=:)|(?<=:)%(text)s(?=[:\0]))",
    "banners": rb"%(text)s [\w/ -]{2,40}, CRYPTOGAMS by ",
    "bytes": rb"%(text)s",
}


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A text, or what some bytes are, and the algorithms that are there when it is.

    `content` are the bytes that are looked for, `pattern` matches where they stand as a whole.
    """

    text: str
    content: bytes
    pattern: re.Pattern[bytes]
    algorithms: tuple[Algorithm, ...]

    def first(self, data: bytes) -> re.Match[bytes] | None:
        """The first place. Most texts are in no library: to find that out by a pattern takes twenty times as long."""
        at = data.find(self.content)
        while at >= 0:
            if found := self.pattern.match(data, at):
                return found
            at = data.find(self.content, at + 1)
        return None


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """One that states what it has: `name`, and its texts."""

    name: str
    stated: tuple[Stated, ...]


@cache
def by_sign() -> Mapping[bytes, Library]:
    """The libraries, by the text that tells that an artefact holds one."""
    text = Path(__file__).with_name("built_in_algorithms.toml").read_text(encoding="utf-8")
    return {
        row["sign"].encode(): Library(
            name=row["name"],
            stated=tuple(_stated(*entry, kind=kind) for kind in _KINDS for entry in row.get(kind, ())),
        )
        for row in tomllib.loads(text)["library"]
    }


def _stated(text: str, names: list[str], what: str = "", *, kind: str) -> Stated:
    content = bytes.fromhex(text) if kind == "bytes" else text.encode()
    pattern = re.compile(_KINDS[kind] % {b"text": re.escape(content)})
    algorithms = [algorithm for name in names if (algorithm := crypto_algorithms.by_name(name))]
    if len(algorithms) < len(names):
        raise ValueError(f"{text} states an unknown algorithm: {names}")
    return Stated(text=what or text, content=content, pattern=pattern, algorithms=tuple(algorithms))
