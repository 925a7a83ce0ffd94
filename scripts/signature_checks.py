"""What must be true of signatures: of each file, of all together, and of the time that they take."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.components.product_signatures import recognised
from pellucid.analyzers.sightings import literals, raw, triggers
from pellucid.analyzers.signature_table import Table, table_of
from pellucid.analyzers.signatures import Example, Signature, Version
from pellucid.domain.dependency import Dependency
from pellucid.formats.elf import Elf, ElfType, Header
from pellucid.pipeline.patterns import Patterns

LEAST_LITERAL = 4
LONGEST_PATTERN = 300
SLOWEST = 0.01
NAME = re.compile(r"[a-z0-9][a-z0-9._+-]*")
CPE = re.compile(r"[aoh]:(?:[a-z0-9._-]|\\[!-/:-@\[-`{-~])+:(?:[a-z0-9._-]|\\[!-/:-@\[-`{-~])+")
PURL = re.compile(r"pkg:[a-z]+(?:/[A-Za-z0-9._%+~-]+)+")
SONAME = re.compile(r"[A-Za-z0-9._+-]+(?:\.so|-)")
STARRED = re.compile(r"[\w.+~-]{3,80}\*[\w.+~-]{0,40}")
# The end of a group that repeats without end, and something that does so in it.
NESTED = re.compile(r"(?<!\\)(?:[+*]|,\})[^()]*\)(?:[+*]|\{\d+,\})")
# Words that stand in programs of every kind: no anchor may be as little as that.
COMMON = frozenset(
    b"version Version VERSION copyright Copyright usage Usage error Error ERROR http:// https:// Linux release Release "
    b"libc GLIBC GCC: %s v%s unknown failed license License --version --help WARNING: Warning: warning: ERROR: Error: "
    b"x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf mipsel-linux-gnu i386-linux-gnu linux-gnu memory".split()
)
NOISE = (b"1", b"1.", b"1.1.1-", b"a", b"\0", b" ", b"1\0", b"a ", b"\0" + b"1.1", b"v1.1 (", b"/a")


def of_one(name: str, signature: Signature) -> Iterator[str]:
    """What is wrong with the signature of a file, apart from what it recognises."""
    if name != f"{signature.product}.toml" or not NAME.fullmatch(signature.product):
        yield f"product: {signature.product!r} is not the name of the file, or not in small letters"
    if not signature.vendor:
        yield "vendor: is empty"
    yield from (f"cpe: {item!r} is not part:vendor:product" for item in signature.cpe if not CPE.fullmatch(item))
    if not PURL.fullmatch(signature.purl):
        yield f"purl: {signature.purl!r} is no package URL without version"
    earlier = (signature.licence_before.licence,) if signature.licence_before else ()
    for licence in filter(None, (signature.licence, *earlier)):
        try:
            canonicalize_license_expression(licence)
        except InvalidLicenseExpression as error:
            yield f"licence: {error}"
    yield from (f"sonames: {item!r}" for item in signature.sonames if not SONAME.fullmatch(item))
    yield from (f"files: {item!r} is no name with one star" for item in signature.files if not STARRED.fullmatch(item))
    wrong = [f"{field}: {why}" for field, pattern in _patterns(signature) for why in wrong_with(pattern)]
    yield from wrong or _too_slow(signature)
    yield from _literals(signature)
    if not signature.version and not signature.presence and not signature.sonames:
        yield "no rule and no soname: nothing can be recognised"
    if not signature.hit or not signature.miss:
        yield "hit, miss: at least one of each"


def _patterns(signature: Signature) -> Iterator[tuple[str, str]]:
    yield from ((f"version[{number}].pattern", rule.pattern) for number, rule in enumerate(signature.version))


def wrong_with(pattern: str) -> Iterator[str]:
    """What is wrong with a regular expression."""
    if not pattern.isascii() or len(pattern) > LONGEST_PATTERN:
        yield f"not ASCII, or longer than {LONGEST_PATTERN} characters"
        return
    try:
        compiled = re.compile(pattern.encode())
    except re.error as error:
        yield f"{error}"
        return
    if "version" not in compiled.groupindex:
        yield "no group `version`"
    if NESTED.search(pattern):
        yield "something that repeats without end in something that repeats without end"


def _literals(signature: Signature) -> Iterator[str]:
    shortest = min(map(len, literals(signature)), default=LEAST_LITERAL)
    if shortest < LEAST_LITERAL:
        yield f"a literal of fewer than {LEAST_LITERAL} bytes"
    for literal in triggers(signature):
        if literal.strip() in COMMON or len(set(literal)) < 2:
            yield f"{literal!r} stands in programs of every kind"
    for number, rule in enumerate(signature.presence):
        if not rule.any_of and not rule.all_of:
            yield f"presence[{number}]: any_of or all_of"
        if rule.at_least > max(len(rule.any_of), 1):
            yield f"presence[{number}].at_least: more than there are"
    yield from (f"version[{number}].after: 0" for number, rule in enumerate(signature.version) if not rule.after)


def _too_slow(signature: Signature) -> Iterator[str]:
    """Patterns are tried on windows that are made to hold them up."""
    for number, rule in enumerate(signature.version):
        pattern = re.compile(rule.pattern.encode())
        slowest = max(min(_seconds(pattern, window) for _ in range(2)) for window in _hostile(rule, signature.hit))
        if slowest > SLOWEST:
            yield f"version[{number}].pattern: takes {slowest * 1000:.0f} ms for one place"


def _hostile(rule: Version, hits: Iterable[Example]) -> Iterator[bytes]:
    anchor = raw(rule.anchor)
    for noise in (*NOISE, anchor, *(hit.text.encode() for hit in hits if hit.text)):
        filling = noise * (max(rule.before, rule.after) // len(noise) + 1)
        yield filling[-rule.before :] * bool(rule.before) + (anchor + filling)[: rule.after]


def _seconds(pattern: re.Pattern[bytes], window: bytes) -> float:
    start = time.perf_counter()
    for _ in pattern.finditer(window):
        pass
    return time.perf_counter() - start


def of_all(products: Mapping[str, Signature]) -> Iterator[str]:
    """What is wrong with signatures, by name of the file, taken together: what they say of each other's examples."""
    owners: dict[str, str] = {}
    for name, signature in products.items():
        if (other := owners.setdefault(signature.product, name)) != name:
            yield f"{name}: product: that of {other}"
    known = table_of(products.values())
    searched = Patterns(known.literals)
    for name, signature in products.items():
        for number, hit in enumerate(signature.hit):
            yield from (f"{name}: hit[{number}]: {why}" for why in _wrong_hit(signature, hit, known, searched))
        for number, miss in enumerate(signature.miss):
            found = [item for item in said(miss, known, searched) if item.product == signature.product]
            yield from (f"{name}: miss[{number}]: recognised as {item.version!r}" for item in found)


def _wrong_hit(signature: Signature, hit: Example, known: Table, searched: Patterns) -> Iterator[str]:
    found = said(hit, known, searched)
    mine = [(item.version, item.version_range) for item in found if item.product == signature.product]
    wanted = (hit.version, hit.version_range)
    # A range is only compared where one is stated.
    if len(mine) != 1 or wanted != (mine[0] if hit.version_range else (mine[0][0], "")):
        yield f"{mine} instead of {wanted}"
    others = {item.product for item in found} - {signature.product, *hit.also}
    if others:
        yield f"also taken for {', '.join(sorted(others))}"


def said(example: Example, known: Table, searched: Patterns) -> list[Dependency]:
    """What the signatures of a table say of an example."""
    data = example.text.encode() + bytes.fromhex(example.hex)
    header = Header(type=ElfType.SHARED, machine="arm", bits=32, little_endian=True)
    memo = {"elf": Elf(header=header, soname=example.soname)}
    artefact = Artefact(data=data, kind=example.kind, hits=searched.search(data), memo=memo)
    return [fact for fact in recognised(artefact, known) if isinstance(fact, Dependency)]
