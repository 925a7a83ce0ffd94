"""The packages of distributions in an image: who decides about software that was recognised in their files."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.vulnerability import Vulnerability
from pellucid.formats import vers
from pellucid.matchers.vulnerabilities.intervals import same
from pellucid.matchers.vulnerabilities.opinions import Answer, Opinion
from pellucid.matchers.vulnerabilities.questions import Question

# Sources that name every vulnerability of a package, fixed or not; the others, and notices, tell of fixes only.
COMPLETE = frozenset(("debian", "osv/Debian", "ubuntu", "osv/Ubuntu"))
# What source packages are called where it is not what the product is called.
SOURCE_NAMES = {"hostapd": "wpa", "wpa_supplicant": "wpa", "linux_kernel": "linux"}


@dataclass(frozen=True, slots=True)
class Packager:
    """A package and what its distribution says. `covered`: there are statements about the distribution's release.

    `as_of` is when these were last brought up to date, None when that is not known.
    """

    package: Dependency
    asked: Question
    answer: Answer
    ecosystem: str
    covered: bool
    as_of: datetime | None

    def on(self, name: str) -> Opinion:
        return self.answer.opinions.get(name, Opinion())

    def tells_by_silence(self, about: Vulnerability) -> bool:
        """Whether a vulnerability that the distribution does not name is none of the package's.

        It may be when it became known after the distribution was asked, or when it is not known when that was, as with
        a selection of its data; and when the package is not spoken of by who would name it.
        """
        if not self.covered or self.as_of is None or not COMPLETE & self.answer.publishers:
            return False
        return about.published is None or about.published <= self.as_of


class Packages:
    """Finds the packager of software that is called the same, in the same version."""

    def __init__(self, packagers: Iterable[Packager]) -> None:
        self._by_name: dict[str, list[Packager]] = defaultdict(list)
        for item in packagers:
            for name in _names(item.package, item.asked):
                self._by_name[name].append(item)

    def packager(self, item: Dependency, asked: Question) -> Packager | None:
        """Whose build `item` is; None when it is nobody's, or a copy inside other software.

        A copy has its own version of the sources, for which no distribution speaks.
        """
        if item.ecosystem or item.linkage is Linkage.EMBEDDED:
            return None
        for name in _names(item, asked):
            for packager in self._by_name.get(name, ()):
                if _is_same(packager.asked.upstream, asked):
                    return packager
        return None


def _names(item: Dependency, asked: Question) -> Collection[str]:
    """Products, as "vendor:product", and what packages of the software are called."""
    stated = {item.product, item.source_name, SOURCE_NAMES.get(item.product, "")} - {""}
    return dict.fromkeys((*(name for _, name in asked.products), *sorted(stated)))


def _is_same(version: str, asked: Question) -> bool:
    if not version:
        return False
    if asked.upstream:
        return same(asked.products[0][1] if asked.products else "", version, asked.upstream)
    return vers.contains(asked.bounds, version)


def is_without_code(item: Dependency) -> bool:
    """Whether a package holds nothing that runs: headers and documents of software that has a vulnerability.

    Of the kernel's packages, headers and tools are no kernel.
    """
    name = item.product
    if name.endswith(_DOCUMENTS):
        return True
    is_kernel = (item.source_name or name).startswith(("linux", "kernel"))
    return is_kernel and any(mark in name for mark in _NO_KERNEL)


_DOCUMENTS: tuple[str, ...] = ("-doc", "-docs", "-man", "-manpages", "-doc-html")
_NO_KERNEL: Sequence[str] = (
    *("libc-dev", "libc6-dev", "headers", "kbuild", "compiler-gcc", "-source", "-tools", "cpupower", "perf", "usbip"),
    *("config-", "support-", "bootwrapper", "-devel", "-doc", "-srpm-macros", "bpftool", "-firmware"),
)
