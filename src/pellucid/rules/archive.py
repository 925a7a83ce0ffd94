"""Archives of rules (zip, tar, tar with gzip): read in memory, within bounds; what they say of places is never used."""

from collections.abc import Iterator

from pellucid.domain.entry import EntryKind
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats import gzip, tar
from pellucid.formats import zip as zip_archive
from pellucid.formats.member import Member, Members
from pellucid.rules.engines import language_of
from pellucid.rules.rule_file import LARGEST_FILE, LARGEST_SET, MIB, MOST_FILES, CheckedFile, RuleFile

MOST_MEMBERS = 50_000
LONGEST_NAME = 255
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def read(content: bytes) -> tuple[list[RuleFile], list[CheckedFile]]:
    """The files of rules in an archive, and what is wrong with those that could not be taken.

    Other files in it, links and folders are passed over. Malformed: it is no archive, or damaged; BudgetExceeded: there
    is too much in it.
    """
    files: list[RuleFile] = []
    refused: list[CheckedFile] = []
    names = set[str]()
    total = 0
    for member in _members(content):
        name, wrong = _name(member.name)
        if member.kind is not EntryKind.FILE or not language_of(name) or name.rpartition("/")[2].startswith("._"):
            continue
        if wrong or name in names:
            refused.append(CheckedFile(name=name, errors=(f"line 1: {wrong or 'the archive has it twice'}",)))
            continue
        names.add(name)
        body = _body(member)
        total += len(body)
        if total > LARGEST_SET or len(names) > MOST_FILES:
            raise BudgetExceeded(
                f"there are more than {MOST_FILES:,} files of rules, or {LARGEST_SET // MIB} MiB of them"
            )
        file = decoded(name, body)
        if isinstance(file, RuleFile):
            files.append(file)
        else:
            refused.append(file)
    return files, refused


def taken(filename: str, content: bytes) -> tuple[list[RuleFile], list[CheckedFile]]:
    """As `read`, also of a file of rules that comes by itself, whatever folder it is said to be from."""
    name, wrong = _name(filename.replace("\\", "/").rpartition("/")[2])
    if not language_of(name):
        return read(content)
    found = CheckedFile(name=name, errors=(f"line 1: {wrong}",)) if wrong else decoded(name, content)
    return ([found], []) if isinstance(found, RuleFile) else ([], [found])


def decoded(name: str, body: bytes) -> RuleFile | CheckedFile:
    """A file of rules is UTF-8, without NUL, which databases do not take for text."""
    wrong = body.find(b"\0")
    what = "the file has a NUL"
    try:
        text = body.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        wrong, what = error.start, "the file is not UTF-8"
    if wrong >= 0:
        line = body.count(b"\n", 0, wrong) + 1
        return CheckedFile(name=name, errors=(f"line {line}: {what}",))
    return RuleFile(name=name, body=text)


def _members(content: bytes) -> Iterator[Member]:
    for number, member in enumerate(_listed(content)):
        if number >= MOST_MEMBERS:
            raise BudgetExceeded(f"the archive has more than {MOST_MEMBERS:,} entries")
        if isinstance(member, Malformed):
            raise member
        yield member


def _listed(content: bytes) -> Members:
    if content.startswith(ZIP):
        return zip_archive.members(content)
    if content.startswith(gzip.MAGIC):
        content = _unzipped(content)
    if not content.strip(b"\0"):
        raise Malformed("the archive is empty")
    try:
        tar.check(content[: tar.BLOCK].ljust(tar.BLOCK, b"\0"))
    except Malformed:
        raise Malformed("this is no archive: a zip, a tar or a tar.gz is expected") from None
    return tar.members(content)


def _unzipped(content: bytes) -> bytes:
    """Folders and headers have a share, too, in what a tar may have."""
    parts, total = [], 0
    for piece in gzip.unpacked(content, 0):
        total += len(piece)
        if total > 2 * LARGEST_SET:
            raise BudgetExceeded(f"the archive unpacks to more than {2 * LARGEST_SET // MIB} MiB")
        parts.append(piece)
    return b"".join(parts)


def _name(stated: str | bytes) -> tuple[str, str]:
    """Printable, and what is wrong with it; ""."""
    stated = stated.decode("utf-8", "backslashreplace") if isinstance(stated, bytes) else stated
    name = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in stated)
    name = name.removeprefix("./")
    if name.startswith("/") or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":":
        return name[-LONGEST_NAME:], "its name points out of the archive"
    return (name[-LONGEST_NAME:], "its name is too long") if len(name) > LONGEST_NAME else (name, "")


def _body(member: Member) -> bytes:
    parts, total = [], 0
    for chunk in member.chunks:
        total += len(chunk)
        if total > LARGEST_FILE:
            raise BudgetExceeded(f"a file of rules is larger than {LARGEST_FILE // MIB} MiB")
        parts.append(bytes(chunk))
    return b"".join(parts)
