"""Proposals: what might tell a product and its version, learnt from its builds; nothing is compared with others yet."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from scripts import learn_marks, learn_templates, learn_versions
from scripts.learn_builds import Build
from scripts.learn_templates import squeezed

MOST_TEMPLATES, MOST_NEAR = 14, 10
MOST_PROGRAMS, MOST_PACKAGES = 16, 24
SHORTEST_NAME = 3
GENERIC_NAMES = frozenset(
    re.findall(
        r"\w+",
        "common core client server daemon tool tools util utils lib test main bin base data free list file text print"
        " version get set net ctl plugin show dump query check info time date kill send start stop run config",
    )
)
VERSIONED = re.compile(r"(?P<before>lib[^/]*?\.so\.|lib[^/]*?-)(?P<version>\d+(?:\.\d+)+)(?P<after>\.so)?")
LEAST_VERSIONS = 2
ABI_SUFFIX = re.compile(r"(?:t64|v5|c2a?|ldbl|gcc\d)+$")


class Candidate(msgspec.Struct, frozen=True):
    """A rule with a version. `near` is for a version alone beside the anchor; `roles` are the files that have it."""

    anchor: str
    pattern: str
    before: int
    after: int
    near: bool
    score: float
    roles: tuple[str, ...]
    example: str


class Step(msgspec.Struct, frozen=True):
    """Symbols that came after one version and by another; `soname` and `role` are those of the library."""

    after: str
    by: str
    marks: tuple[str, ...]
    soname: str
    role: str = ""


class Proposal(msgspec.Struct, frozen=True):
    """All that might go into a product's signature. `builds` are (source, release, upstream version)."""

    product: str
    builds: list[tuple[str, str, str]]
    names: tuple[str, ...]
    candidates: list[Candidate]
    marks: dict[str, list[str]]
    sonames: list[str]
    full_sonames: list[str]
    programs: list[str]
    files: list[str]
    packages: list[str]
    steps: list[Step]
    homepage: str
    copyright: str


def propose(product: str, found: Iterable[Build]) -> Proposal | None:
    """Learn from the builds of a product; None when it has no programs and no libraries."""
    builds = [build for build in found if build.files]
    if not builds:
        return None
    names = names_of(product, builds)
    occurrences, marks = learn_templates.Occurrences(names), learn_marks.Marks(names)
    for build in builds:
        marks.add(build)
        for file in build.files:
            if build.version:
                occurrences.add(build, file)
    exact = [build for build in builds if build.version]
    versions = sorted({build.version for build in exact})
    main = marks.main(len(builds))
    public = [file for build in builds for file in build.files if file.is_public]
    sonames = Counter(learn_marks.stem_of(file.soname) for file in public if ".so" in file.soname)
    programs = Counter(file.name for file in public if "bin/" in file.path)
    newest = builds[-1]
    return Proposal(
        product=product,
        builds=[(build.source, build.release, build.version) for build in builds],
        names=tuple(sorted(names)),
        candidates=_candidates(occurrences, versions, len(exact)) if versions else [],
        marks={name: texts for name, role in main if (texts := marks.prose(role))},
        sonames=sorted(sonames),
        full_sonames=sorted({file.soname for file in newest.files if file.is_public and ".so" in file.soname}),
        programs=[name for name, count in programs.most_common(MOST_PROGRAMS) if count * 2 >= len(builds)],
        files=_file_names(exact),
        packages=_packages(product, builds),
        steps=[step for name, role in main if role.soname for step in _steps(name, role)],
        homepage=newest.homepage,
        copyright=newest.copyright,
    )


def _steps(name: str, role: learn_marks.Role) -> Iterator[Step]:
    for after, by, marks in learn_marks.since(role):
        yield Step(after, by, tuple(marks), role.soname, name)


def names_of(product: str, builds: Sequence[Build]) -> set[str]:
    """Squeezed names that the product goes by: its own, its sources', its libraries' and programs'."""
    stems = {product, *(build.source for build in builds)}
    stems |= {file.role.removesuffix(".so") for build in builds for file in build.files if file.is_public}
    names = {squeezed(stem) for stem in stems} | {squeezed(re.sub(r"[\d.]+$", "", stem)) for stem in stems}
    names |= {name.removeprefix("lib") for name in names}
    return {name for name in names if len(name) >= SHORTEST_NAME and name not in GENERIC_NAMES and not name.isdigit()}


def _candidates(found: learn_templates.Occurrences, versions: Sequence[str], builds: int) -> list[Candidate]:
    candidates: list[Candidate] = []
    for table, most in ((found.templates, MOST_TEMPLATES), (found.near, MOST_NEAR)):
        for template, support in learn_templates.best(table, found.names, builds, most):
            score, _ = learn_templates.rank(template, support, found.names, builds)
            newest = learn_marks.ascending(support.versions)[-1]
            candidates.append(_candidate(template, versions, score, newest, tuple(sorted(support.roles))))
    return candidates


def _candidate(
    template: learn_templates.Template, versions: Sequence[str], score: float, newest: str, roles: tuple[str, ...]
) -> Candidate:
    pattern = learn_templates.pattern(template, versions)
    start = "\0" if template.is_whole else ""
    example = f"{start}{template.prefix}{newest}{template.suffix}\0".replace(learn_templates.ANY_DIGIT, "1")
    if template.anchor:
        return Candidate(
            anchor=template.anchor,
            pattern=pattern,
            before=learn_templates.NEAR + 32,
            after=learn_templates.NEAR + 132,
            near=True,
            score=score,
            roles=roles,
            example=f"\0{template.anchor}{example}",
        )
    in_front = len(template.prefix.strip()) >= learn_templates.SHORTEST_ANCHOR
    lead = len(template.prefix) - len(template.prefix.lstrip()) if in_front else 0
    anchor = template.prefix.lstrip() if in_front else template.suffix
    return Candidate(
        anchor=anchor,
        pattern=pattern,
        before=1 + lead if in_front else 1 + len(template.prefix) + 40,
        after=len(anchor) + 48,
        near=False,
        score=score,
        roles=roles,
        example=("\0" + example).replace("\0\0", "\0"),
    )


def _file_names(builds: Sequence[Build]) -> list[str]:
    """Names of libraries whose file name always carries the product's version, with a star in its place."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for build in builds:
        for file in build.files:
            found = VERSIONED.fullmatch(file.name)
            if found and file.is_public:
                pairs[found["before"], found["after"] or ""].append((found["version"], build.version))
    return [
        f"{before}*{after}"
        for (before, after), seen in sorted(pairs.items())
        if all(learn_versions.same(name, version) for name, version in seen)
        and learn_versions.differing(version for _, version in seen) >= LEAST_VERSIONS
    ]


def _packages(product: str, builds: Sequence[Build]) -> list[str]:
    """Names under which the product is shipped; without what Debian appends for an ABI."""
    sources = sorted({build.source for build in builds})
    binaries = Counter(package for build in builds for package in set(build.packages))
    shipped = [name for name, _ in binaries.most_common(MOST_PACKAGES)]
    plain = [ABI_SUFFIX.sub("", name) for name in shipped]
    return list(dict.fromkeys([product, *sources, *shipped, *plain]))[:MOST_PACKAGES]
