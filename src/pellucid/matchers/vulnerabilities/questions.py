"""What is asked about a dependency: the subjects that statements may speak of it under, and its versions there."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.statement import Subject
from pellucid.formats.distributions import distributions
from pellucid.formats.package_names import named, repository_of, subject_of
from pellucid.formats.purl_parts import parts
from pellucid.matchers.vulnerabilities.aliases import cpe_subject, false_friend, names_of, of_source
from pellucid.matchers.vulnerabilities.authors_versions import authors_version
from pellucid.matchers.vulnerabilities.systems import is_told_by_packages

REPOSITORY = "repo"


@dataclass(frozen=True, slots=True)
class Question:
    """All that verdicts depend on. Two dependencies with the same question have the same verdicts, in every image.

    `packages` are names in the dependency's own ecosystem, each with the version that counts there; `products` are
    names of the authors' software, asked with the version `upstream`; `guesses` likewise, but less sure. Without a
    version, `bounds` may say what is known of it (a VERS expression).
    """

    packages: tuple[tuple[Subject, str], ...] = ()
    products: tuple[Subject, ...] = ()
    guesses: tuple[Subject, ...] = ()
    upstream: str = ""
    bounds: str = ""

    @property
    def subjects(self) -> Iterator[Subject]:
        yield from (subject for subject, _ in self.packages)
        yield from self.products
        yield from self.guesses


def question(item: Dependency, known: Collection[str]) -> Question:
    """What to ask about a dependency.

    `known` are the ecosystems that there are statements about: a language's package is taken for the authors' product
    of its CPE name only where there are none about its ecosystem. Nothing is asked about build tools, nor about what
    has neither a version nor bounds.
    """
    if item.linkage is Linkage.BUILD or not (item.version or item.version_range):
        return Question()
    family = item.ecosystem.partition(":")[0]
    packages = tuple(_packages(item, known)) if item.ecosystem and item.version else ()
    if family and not is_distribution(family) and any(subject[0] in known for subject, _ in packages):
        return Question(packages=packages)
    products, guesses, upstream = _products(item, family)
    bounds = "" if upstream else item.version_range
    return Question(packages=packages, products=products, guesses=guesses, upstream=upstream, bounds=bounds)


@cache
def _families() -> frozenset[str]:
    return frozenset(row.ecosystem.partition(":")[0] for row in distributions().values() if row.ecosystem)


@cache
def is_distribution(ecosystem: str) -> bool:
    """Whether an ecosystem is a distribution's, whose builds have fixes that their version does not show."""
    return ecosystem.partition(":")[0] in _families()


def _packages(item: Dependency, known: Collection[str]) -> Iterator[tuple[Subject, str]]:
    name = item.source_name or item.product
    for universe in universes(item, known):
        yield subject_of(universe, name), item.source_version or item.version
        if item.purl.startswith("pkg:rpm/") and item.product != name:
            # Some publishers of RPM's families speak of what is installed, others of its source.
            yield subject_of(universe, item.product), item.version


def universes(item: Dependency, known: Collection[str]) -> tuple[str, ...]:
    """The ecosystems of a package. Red Hat and SUSE publish by repository, of which several make up a release."""
    family, colon, release = item.ecosystem.partition(":")
    if family == "Red Hat" and item.distro:
        major = item.distro.rpartition("-")[2].partition(".")[0]
        wanted = re.compile(rf"Red Hat:(?:enterprise_linux|rhel_\w+):{re.escape(major)}(?:[.:]|$)")
    elif family == "SUSE" and colon and (found := re.search(r"\d+(?: SP\d+)?$", release)):
        wanted = re.compile(rf"SUSE:Linux Enterprise .*(?<!\d){re.escape(found[0])}(?:-\w+)?$")
    else:
        return (item.ecosystem,)
    found_universes = tuple(sorted(name for name in known if wanted.match(name)))
    return found_universes or (item.ecosystem,)


def _products(item: Dependency, family: str) -> tuple[tuple[Subject, ...], tuple[Subject, ...], str]:
    """(names of the authors' product, other names that may be its, the authors' version)."""
    stated = [found for text in (item.cpe, *item.cpe_candidates) if (found := cpe_subject(text))]
    own, others = stated[:1], stated[1:]
    upstream = authors_version(item)
    if is_distribution(family):
        by_source = [(_part(name), name) for name in of_source(item.source_name or item.product)]
        own_subjects = by_source or [subject for subject, _ in own]
    else:
        own_subjects = [subject for subject, _ in own]
        upstream = next((version for _, version in own if version), upstream)
    products = dict.fromkeys(alias for subject in own_subjects for alias in names_of(subject))
    if not family and (address := _repository(item.purl)):
        products[REPOSITORY, address] = None
    guesses = dict.fromkeys(alias for subject, _ in others for alias in names_of(subject) if alias not in products)
    guesses |= dict.fromkeys(named(*name.split(":", 1)) for _, name in products if ":" in name)
    guesses |= dict.fromkeys(own for subject in products for own in OWN_NAMES.get(subject[1], ()))
    return tuple(filter(_is_asked, products)), tuple(filter(_is_asked, guesses)), upstream


def _is_asked(subject: Subject) -> bool:
    return not false_friend(subject) and not is_told_by_packages(subject[1])


def _part(name: str) -> str:
    return "cpe:o" if name in OPERATING_SYSTEMS else "cpe:a"


OPERATING_SYSTEMS: frozenset[str] = frozenset(("linux:linux_kernel",))
# What publishers of CVEs call software that the CPE dictionary calls otherwise.
OWN_NAMES: Mapping[str, tuple[Subject, ...]] = {"linux:linux_kernel": (("name", "linux:linux"),)}


def _repository(purl: str) -> str:
    if not purl.startswith(("pkg:github/", "pkg:gitlab/", "pkg:bitbucket/")):
        return ""
    found = parts(purl)
    host = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}[found.type]
    return repository_of(f"{host}/{found.namespace}/{found.name}")


def only_release(dependencies: Collection[Dependency]) -> Mapping[str, str]:
    """Distribution -> ecosystem with release, where the image has exactly one: packages without one are of that."""
    releases: dict[str, set[str]] = {}
    for item in dependencies:
        family, colon, _ = item.ecosystem.partition(":")
        if colon:
            releases.setdefault(family, set()).add(item.ecosystem)
    return {family: next(iter(found)) for family, found in releases.items() if len(found) == 1}
