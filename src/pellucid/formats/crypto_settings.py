"""What configuration files choose of algorithms and protocols: sshd_config(5), config(5) of OpenSSL, nginx and others.

Lines hold a directive and its value, with a blank, "=" or "=>" between them; the words of a value mean what the
vocabularies of crypto_settings.toml say.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from pellucid.formats import crypto_algorithms
from pellucid.formats.crypto_algorithms import Algorithm

MOST_BYTES = 1 << 20
MOST_WORDS = 400
SUITES, VERSIONS = "tls-suite", "tls-version"
# Its words are keys.
OF_KEYS = "wep"
ALL = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_LINE = re.compile(
    rb"^[ \t]*(?:option[ \t]+)?(?P<key>[\w.\-]{2,40})(?:[ \t]*=[ \t]*|[ \t]+)(?P<value>[^\r\n]{1,8000})", re.M
)
_INNER = re.compile(rb'"(?P<key>\w{2,40})"[ \t]{0,20}=>[ \t]{0,20}"(?P<value>[^"\r\n]{1,2000})"')
_COMMENT = re.compile(r"\s#.*|;\s*$")
_SPLIT = re.compile(r"[\s,;\"'()]+")
_PLACES = {"*": r".*", "{bits}": r"(?P<bits>\d{1,5})", "{mode}": r"(?P<mode>cbc|ctr|gcm|ccm|cfb\d*|ofb|ecb)"}
_PLACE = re.compile(r"\*|\{\w+\}")
_BLOCK = ("AES", "ARIA", "Camellia", "SEED", "IDEA", "3DES", "DES", "RC2")
_MODES = {"GCM": "GCM", "CCM": "CCM", "CCM8": "CCM", "CBC": "CBC"}
_HASHES = ("SHA-1", "SHA-256", "SHA-384", "MD5")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An algorithm, or a `protocol` whose version `parameters` is."""

    algorithm: Algorithm | None = None
    parameters: str = ""
    mode: str = ""
    protocol: str = ""


class Setting(msgspec.Struct, frozen=True):
    """One choice by a word of a value; `text` is the directive with that word, `at` the offset of the directive.

    A word that is a key is left out of `text`.
    """

    choice: Choice
    text: str
    at: int


def directives(kind: str) -> tuple[str, ...]:
    """The directives of a kind of file ("ssh", "tls", "wireless", "vpn"), as they are usually written."""
    return tuple(_tables()["files"][kind])


def marks(kind: str) -> tuple[bytes, ...]:
    """What stands in nearly every file of a kind that chooses something, and in few other texts."""
    return tuple(mark.encode() for mark in _tables()["marks"][kind])


def read(data: bytes, kind: str) -> Iterator[Setting]:
    """What the lines of a file of some kind choose, in their order. Comments choose nothing."""
    known = {name.lower(): vocabulary for name, vocabulary in _tables()["files"][kind].items()}
    for pattern in (_LINE, _INNER):
        for found in pattern.finditer(data[:MOST_BYTES]):
            vocabulary = known.get(found["key"].decode("ascii", "replace").lower())
            if vocabulary:
                directive, value = found["key"].decode(), found["value"].decode("utf-8", "replace")
                for word, choice in _choices(vocabulary, _COMMENT.sub("", value)):
                    text = directive if vocabulary == OF_KEYS else f"{directive} {word}"
                    yield Setting(choice, text, found.start("key"))


def meanings(vocabulary: str, word: str) -> list[Choice]:
    """What a word of a vocabulary ("ssh") stands for; nothing when it is unknown."""
    return _meanings(vocabulary, word)


def _choices(vocabulary: str, value: str) -> Iterator[tuple[str, Choice]]:
    separated = value.replace(":", " ") if vocabulary in (SUITES, "group", "openvpn") else value
    words = [word for word in _SPLIT.split(separated) if word][:MOST_WORDS]
    if vocabulary == VERSIONS and words and words[0].lower() in ("all", "+all"):
        words = [*ALL, *words[1:]]
    dropped = {word[1:].lower() for word in words if word[0] in "-!"}
    for word in words:
        plain = word.lstrip("+^")
        if word[0] in "-!" or not plain or (vocabulary == VERSIONS and plain.lower() in dropped):
            continue
        if vocabulary == "ssh" and value.lstrip().startswith("-"):
            return
        if vocabulary == SUITES:
            chosen = _suite(plain)
        elif vocabulary == "ipsec":
            chosen = [choice for part in plain.rstrip("!").split("-") for choice in _meanings(vocabulary, part)]
        else:
            chosen = _meanings(vocabulary, plain)
        yield from ((word, choice) for choice in chosen)


def _suite(name: str) -> list[Choice]:
    """The parts of a TLS cipher suite, by its name of OpenSSL or IANA, or of a word of OpenSSL's ciphers(1)."""
    parts = re.split(r"[-_+]", re.sub(r"^(?:TLS|SSL)_", "", name.upper().replace("DES-CBC3", "3DES-CBC")))[:16]
    found: list[Choice] = []
    for place, part in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else ""
        bits = following if part in ("AES", "CAMELLIA", "ARIA") and following.isdigit() else ""
        found += _meanings(SUITES, part + bits)
    mode = next((_MODES[part] for part in parts if part in _MODES), "")
    authenticated = any(choice.algorithm and choice.algorithm.name in _HASHES for choice in found)
    mode = mode or ("CBC" if authenticated and len(parts) > 1 else "")
    blocks = [choice for choice in found if choice.algorithm and choice.algorithm.name in _BLOCK]
    # A suite of OpenSSL that names no agreement of keys has RSA encrypt them: AES128-SHA.
    if blocks and authenticated and found[0] in blocks and not name.startswith("TLS_"):
        found += _meanings(SUITES, "RSA")
    return [structs.replace(item, mode=item.mode or mode) if item in blocks else item for item in found]


def _meanings(vocabulary: str, word: str) -> list[Choice]:
    found = []
    for pattern, choice in _words()[vocabulary]:
        if fits := pattern.fullmatch(word):
            groups = fits.groupdict()
            mode = choice.mode or groups.get("mode", "").upper().rstrip("0123456789")
            found.append(structs.replace(choice, mode=mode, parameters=choice.parameters or groups.get("bits", "")))
    return found


@cache
def _words() -> Mapping[str, tuple[tuple[re.Pattern[str], Choice], ...]]:
    return {
        vocabulary: tuple((_pattern(word), choice(meaning, "".join(mode))) for word, meaning, *mode in rows)
        for vocabulary, rows in _tables()["words"].items()
    }


def _pattern(word: str) -> re.Pattern[str]:
    parts = _PLACE.split(word)
    places = [_PLACES[place] for place in _PLACE.findall(word)]
    joined = "".join(re.escape(part) + place for part, place in zip(parts, [*places, ""], strict=True))
    return re.compile(joined, re.IGNORECASE)


def choice(meaning: str, mode: str) -> Choice:
    """What a meaning of a table says: "AES:128", or "TLS=1.2" for a version of a protocol."""
    if "=" in meaning:
        protocol, _, version = meaning.partition("=")
        return Choice(protocol=protocol, parameters=version)
    name, _, parameters = meaning.partition(":")
    named = crypto_algorithms.find(name)
    if named is None:
        raise ValueError(f"unknown algorithm: {name}")
    return Choice(algorithm=named.algorithm, parameters=parameters or named.parameters, mode=mode)


@cache
def _tables() -> Mapping[str, Any]:
    text = Path(__file__).with_name("crypto_settings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
