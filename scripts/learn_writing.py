"""The file of a signature: composed of what was chosen, with examples that were tried, and written."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from scripts import learn_licences, learn_templates, signature_checks
from scripts.learn_choose import Choice
from scripts.learn_products import Product
from scripts.learn_propose import Proposal

from pellucid.analyzers.signature_table import table_of
from pellucid.analyzers.signatures import Condition, Example, Presence, Signature, Since, Version
from pellucid.domain.dependency import Dependency
from pellucid.pipeline.patterns import Patterns

FOLDER = Path(__file__).resolve().parent.parent / "src/pellucid/analyzers/components/signatures"
LEARNT = (
    "# Learnt from Debian packages by scripts/learn_signatures.py; without this line the command leaves the file alone."
)
REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?(?:[#?].*)?")
WIDTH = 120
MOST_SONAMES = 24


def is_learnt(path: Path) -> bool:
    """Whether this command wrote the file, and may write it again."""
    return not path.exists() or path.read_text(encoding="utf-8").startswith(LEARNT)


def path_of(product: str) -> Path:
    return FOLDER / (re.sub(r"[^a-z0-9._+-]", "_", product.lower()) + ".toml")


def is_worth(signature: Signature) -> bool:
    """Whether it says a version, or names a library, or software that advisories speak of."""
    return bool(signature.version or signature.sonames or (signature.presence and signature.cpe))


def compose(proposal: Proposal, choice: Choice, product: Product, sonames: Sequence[str]) -> Signature | None:
    """The signature of a product; None when there is nothing to recognise it by."""
    choice = Choice([pair for pair in choice.versions if _is_anchor(pair[1].anchor)], choice.presences)
    bare = Signature(
        vendor=_vendor(proposal, product),
        product=proposal.product,
        cpe=product.cpe,
        purl=product.purl or _purl(proposal),
        licence=product.licence or learn_licences.stated(proposal.copyright),
        packages=tuple(proposal.packages),
        sonames=tuple(sonames[:MOST_SONAMES]),
        programs=tuple(proposal.programs),
        files=tuple(proposal.files),
        version=tuple(rule for rule, _ in choice.versions),
        presence=tuple(choice.presences),
        since=tuple(_since(proposal, choice, sonames)),
    )
    hits = [hit for example in _examples(proposal, choice, sonames) for hit in _tried(bare, example)]
    misses = [miss for miss in _misses(proposal, hits) if not _facts(bare, miss)][:1]
    whole = msgspec.structs.replace(bare, hit=tuple(hits), miss=tuple(misses))
    faults = list(signature_checks.of_one(path_of(whole.product).name, whole))
    for fault in faults:
        print(f"{whole.product}: {fault}")
    return None if faults else whole


def _is_anchor(text: str) -> bool:
    """Whether it is no path of a builder, and the linter of signatures has nothing against it."""
    if learn_templates.FOREIGN.search(text):
        return False
    rule = Version(anchor=text, pattern="(?P<version>)")
    example = Example()
    bare = Signature(vendor="v", product="p", purl="pkg:generic/p", licence="", version=(rule,), hit=(example,))
    return not list(signature_checks.of_one("p.toml", msgspec.structs.replace(bare, miss=(example,))))


def _since(proposal: Proposal, choice: Choice, sonames: Sequence[str]) -> Iterable[Since]:
    """The steps of libraries that do not state their version; none while the engine has no bounds on both sides."""
    if not {"after", "by", "soname"} <= set(Since.__struct_fields__):
        return
    stated = {role for _, candidate in choice.versions for role in candidate.roles}
    for step in proposal.steps:
        if step.role not in stated and step.soname in sonames:
            fields = {"after": step.after, "by": step.by, "marks": step.marks, "soname": step.soname}
            yield msgspec.convert(fields, Since)


def _vendor(proposal: Proposal, product: Product) -> str:
    """As the CPE dictionary has it, else the owner of the repository, else the product's own name."""
    if product.cpe:
        return product.cpe[0].split(":")[1]
    found = REPOSITORY.fullmatch(proposal.homepage)
    if found:
        return found[1].lower()
    return "gnu" if re.search(r"[/.]gnu\.org(?:/|$)", proposal.homepage) else proposal.product


def _purl(proposal: Proposal) -> str:
    found = REPOSITORY.fullmatch(proposal.homepage)
    if found:
        return f"pkg:github/{found[1].lower()}/{found[2].lower()}"
    return "pkg:generic/" + proposal.product.replace("+", "%2B")


def _examples(proposal: Proposal, choice: Choice, sonames: Sequence[str]) -> Iterable[Example]:
    for rule, candidate in choice.versions:
        condition = f"{rule.any_of[0]}\0" if rule.any_of else ""
        yield Example(text=candidate.example + condition, version="?")
    if not choice.versions:
        for presence in choice.presences:
            yield Example(text="\0" + "\0".join(map(str, presence.any_of[: presence.at_least])) + "\0")
        for soname in proposal.full_sonames:
            if soname.startswith(tuple(sonames)) and sonames:
                yield Example(text="\0", soname=soname)
                break


def _misses(proposal: Proposal, hits: Sequence[Example]) -> Iterable[Example]:
    """What a program that only uses the product may say."""
    version = next((hit.version for hit in hits if hit.version), "1.0")
    yield Example(text=f"\0linked against {proposal.product} {version}\0")
    yield Example(text=f"\0built for {proposal.product}: {version}\0")
    yield Example(text=f"\0{version}\0")


def _tried(signature: Signature, example: Example) -> Iterable[Example]:
    """The example with the version that is read from it, when it is recognised and says one."""
    facts = _facts(signature, example)
    versions = {fact.version for fact in facts}
    if facts and (versions == {""}) != bool(example.version) and len(versions) == 1:
        yield msgspec.structs.replace(example, version=versions.pop())


def _facts(signature: Signature, example: Example) -> list[Dependency]:
    table = table_of([signature])
    return signature_checks.said(example, table, Patterns(table.literals))


def text_of(signature: Signature) -> str:
    """The file's text."""
    lines = [LEARNT]
    for name in ("vendor", "product", "cpe", "purl", "licence"):
        lines += _entry(name, getattr(signature, name))
    for name in ("packages", "sonames", "programs", "files"):
        if getattr(signature, name):
            lines += _entry(name, getattr(signature, name))
    for rule in (*signature.version, *signature.presence):
        lines += ["", f"[[{'version' if isinstance(rule, Version) else 'presence'}]]", *_rule(rule)]
    for since in signature.since:
        lines += ["", "[[since]]", *_changed(since, type(since).__struct_fields__)]
    for title, examples in (("hit", signature.hit), ("miss", signature.miss)):
        for example in examples:
            lines += ["", f"[[{title}]]", *_entry("text", example.text), *_changed(example, ("kind", "soname"))]
            lines += _entry("version", example.version) if title == "hit" else []
    return "\n".join(lines) + "\n"


def _rule(rule: Condition) -> list[str]:
    if isinstance(rule, Version):
        first = [*_entry("anchor", rule.anchor), *_entry("pattern", rule.pattern)]
        return first + _changed(rule, ("before", "after", "near", "all_of", "any_of", "none_of", "linkage"))
    assert isinstance(rule, Presence)
    return _changed(rule, ("any_of", "at_least", "all_of", "none_of", "linkage"))


def _changed(item: msgspec.Struct, names: Sequence[str]) -> list[str]:
    """The fields that do not have their defaults."""
    defaults = dict(zip(reversed(item.__struct_fields__), reversed(item.__struct_defaults__), strict=False))
    lines: list[str] = []
    for name in names:
        value = getattr(item, name)
        if value != defaults.get(name, msgspec.NODEFAULT):
            lines += _entry(name, value)
    return lines


def _entry(name: str, value: object) -> list[str]:
    if isinstance(value, tuple):
        texts = [_literal(name, str(item)) for item in value]
        line = f"{name} = [{', '.join(texts)}]"
        return [line] if len(line) <= WIDTH else [f"{name} = [", *(f"    {text}," for text in texts), "]"]
    if isinstance(value, bool):
        return [f"{name} = {str(value).lower()}"]
    return [f"{name} = {value if isinstance(value, int) else _literal(name, str(value))}"]


def _literal(name: str, text: str) -> str:
    """A string of TOML; expressions stand as they are where they can."""
    if name in ("pattern", "cpe") and "\\" in text and "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
