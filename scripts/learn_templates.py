"""Templates: strings that state a version, with a hole in its place; strings that stand near a version alone."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from scripts import learn_versions
from scripts.learn_builds import Build, ElfFile

LONGEST_PREFIX, LONGEST_SUFFIX, LONGEST_LEAD = 56, 24, 24
NEAR = 400
SHORTEST_ANCHOR = 5
MOST_PLACES = 400
TEXT = rb"[\t\x20-\x7e]"
BEFORE = re.compile(TEXT + rb"*\Z")
AFTER = re.compile(TEXT + rb"*")
DATE = re.compile(r"[ ,(\[]{1,3}(?:\d{4}[-/ ]\w{2,3}[-/ ]\d\d?|\d\d?[-/ ]\w{2,3}[-/ ]\d{4})[)\]]?$")
DIGIT = re.compile(r"\d")
ANY_DIGIT = "\N{FULLWIDTH DIGIT ZERO}"
# Paths of Debian's builders, and what it says of itself.
FOREIGN = re.compile(
    r"/build/|-[A-Za-z0-9]{6}/[a-z]|reproducible|[Dd]ebian|/usr/src|linux-gnu|.version.:.$|^--|^/usr/|^/etc/|^%s$"
)
NEIGHBOUR = re.compile(rb"(?<=\0)[\x20-\x7e]{8,100}(?=\n?\0)")


@dataclass(frozen=True, order=True)
class Template:
    """The text before and after the hole; `is_whole` when a NUL stands before it. An `anchor` stands only near it."""

    prefix: str
    suffix: str = ""
    is_whole: bool = False
    anchor: str = ""


@dataclass
class Support:
    """In which builds and files a template occurs."""

    versions: set[str] = field(default_factory=set)
    builds: set[tuple[str, str]] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)

    def add(self, build: Build, role: str) -> None:
        self.versions.add(build.version)
        self.builds.add((build.source, build.release))
        self.roles.add(role)


class Occurrences:
    """Collects where the versions of a product's builds stand."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        self.templates: dict[Template, Support] = defaultdict(Support)
        self.near: dict[Template, Support] = defaultdict(Support)

    def add(self, build: Build, file: ElfFile) -> None:
        """Look through a file of a build with a version."""
        data = file.data
        for first, last in islice(learn_versions.Spellings(build.version).places(data), MOST_PLACES):
            before = _text(BEFORE.search(data[max(first - LONGEST_PREFIX, 0) : first]))
            after = _text(AFTER.match(data, last, last + LONGEST_SUFFIX))
            start = first - len(before)
            is_whole = len(before) < LONGEST_PREFIX and start > 0 and data[start - 1] == 0
            for template in _templates(before, after, is_whole=is_whole):
                self.templates[template].add(build, file.role)
            tail = _tail(after, data[last + len(after) : last + len(after) + 1])
            if is_whole and tail is not None and len(before) <= LONGEST_LEAD and not named(before, self.names):
                for text in set(NEIGHBOUR.findall(data[max(start - NEAR, 0) : last + NEAR])):
                    self.near[Template(before, tail, is_whole=True, anchor=text.decode())].add(build, file.role)


def _tail(after: str, following: bytes) -> str | None:
    """What ends a version that stands alone, None for one that does not: a date, one character or "-" and anything."""
    if after.startswith("-"):
        return ""
    if following not in (b"\0", b"\n"):
        return None
    if DATE.match(after):
        return DIGIT.sub(ANY_DIGIT, after)
    return after if len(after) <= 1 else None


def _text(match: re.Match[bytes] | None) -> str:
    return match[0].decode() if match else ""


def _templates(before: str, after: str, *, is_whole: bool) -> Iterator[Template]:
    """The whole text before the version, its last words, and those with what follows."""
    yield Template(before, is_whole=is_whole)
    if DATE.match(after):
        yield Template(before, DIGIT.sub(ANY_DIGIT, after), is_whole=is_whole)
    starts = [found.end() for found in re.finditer(r"[ \t(\[,;:=]+", before)][-4:]
    tails = {before[start:] for start in starts}
    for tail in tails:
        if len(tail) >= SHORTEST_ANCHOR:
            yield Template(tail)
    if sum(map(str.isalpha, after)) >= 4:
        yield Template(before[-24:], after, is_whole=is_whole and len(before) <= 24)
        words = re.match(r"\W*\w+(?:\W+\w+)?", after)
        if words:
            yield Template(before[-24:], words[0], is_whole=is_whole and len(before) <= 24)


def squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def named(text: str, names: Collection[str]) -> bool:
    """Whether a text names the product; names are squeezed: lower case letters and digits only."""
    inside = squeezed(text)
    return any(name in inside for name in names)


def rank(template: Template, support: Support, names: Collection[str], builds: int) -> tuple[float, int]:
    """How good a template looks: in how many builds it is, whether it names the product, how long it is."""
    score = len(support.builds) / builds
    score += 0.6 * named(template.prefix + template.suffix, names)
    score += 0.3 * named(template.anchor, names) if template.anchor else 0
    score += 0.2 * (" " in template.anchor) - 0.05 * bool(template.suffix)
    score += 0.1 * template.is_whole + 0.1 * (learn_versions.differing(support.versions) > 1)
    return score, min(len(template.prefix + template.suffix + template.anchor), 40)


def is_sound(template: Template, support: Support, names: Collection[str]) -> bool:
    """Whether a template is proven: stable over versions, or the product's name right before the only version."""
    if any(FOREIGN.search(part) for part in (template.prefix, template.suffix, template.anchor)):
        return False
    text = template.anchor or max(template.prefix, template.suffix, key=len)
    if len(text.strip()) < SHORTEST_ANCHOR or sum(map(str.isalpha, text)) < 4:
        return False
    is_name = named(template.prefix + template.suffix, names)
    if all("." not in version for version in support.versions) and not named(template.prefix, names):
        return False
    if not is_name and not template.anchor and len(text.strip()) < 12:
        return False
    if learn_versions.differing(support.versions) >= 2:
        return True
    head = squeezed(template.prefix)
    return any(head.endswith((name, name + "v", name + "version", name + "ver")) for name in names)


def best(
    found: dict[Template, Support], names: Collection[str], builds: int, most: int
) -> list[tuple[Template, Support]]:
    """The most promising ones."""
    sound = [(template, support) for template, support in found.items() if is_sound(template, support, names)]
    sound.sort(key=lambda item: (rank(item[0], item[1], names, builds), item[0]), reverse=True)
    return sound[:most]


def pattern(template: Template, versions: Sequence[str]) -> str:
    """The regular expression of a template, with a group `version`."""
    prefix, suffix = re.escape(template.prefix), re.escape(template.suffix)
    prefix, suffix = (re.sub(r"\\([ /:,;=\"'!@%&<>~`#_-])", r"\1", text) for text in (prefix, suffix))
    suffix = suffix.replace(ANY_DIGIT, r"\d")
    start = r"\x00" if template.is_whole else r"(?<![0-9A-Za-z])" if template.prefix[:1].isalnum() else ""
    expression = learn_versions.expression(versions)
    if template.anchor:
        return rf"\x00{prefix}(?P<version>{expression}){suffix}[\x00\n-]"
    return f"{start}{prefix}(?P<version>{expression}){learn_versions.END}{suffix}"
