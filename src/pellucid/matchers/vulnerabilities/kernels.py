"""Which kernels of an image were built without a part of Linux (formats/kernel_parts.toml): when in doubt, none."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pellucid.analysis.matcher import Inventory
from pellucid.domain.component import ComponentKind
from pellucid.domain.dependency import Dependency
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.place import SEPARATOR
from pellucid.formats import kernel_release
from pellucid.formats.kernel_parts import NOT_SET, KernelPart

KERNEL = "linux_kernel"
SOURCES = ("linux", "kernel")
OBSERVED = (ObservationKind.KERNEL, ObservationKind.KERNEL_OPTIONS)
"""What has to be in an inventory for it, beside dependencies and components."""

MOST_SHOWN = 3
# No image has as many; whoever has, is told nothing.
MOST_KERNELS, MOST_CONFIGS = 64, 256
# Where the path of a configuration tells of which kernel it is, to the letter.
_OF_RELEASE = re.compile(r"(?:^|[!/])(?:config-|linux-headers-|lib/modules/)(\d[^/!]*?)(?:\.(?:gz|xz|zst))?(?:[/!]|$)")
_MODULE = re.compile(r"(?:^|[!/])(?P<name>[\w-]{1,100})\.ko(?:\.\w{1,4})?(?:!|$)")
# Packages of one kernel are called so: linux-image-6.1.0-50-cloud-amd64-unsigned.
_NAMED = re.compile(r"-(?P<release>\d+\.\d+\.\d\S*?)(?:-unsigned)?$")
_FOLDER = re.compile(r"(?:^|[!/])lib/modules/(?P<release>[^/!]+)/")


def is_kernel(product: str) -> bool:
    """Whether that is what the kernel is called, or its package."""
    return product == KERNEL or product in SOURCES or product.startswith(tuple(f"{name}-" for name in SOURCES))


@dataclass(frozen=True, eq=False)
class _Build:
    """A configuration. `release` is that of the sources, unless it is `exact`: as `uname -r` shows it."""

    place: str
    release: str
    exact: bool
    options: Mapping[str, str]
    modules: frozenset[str]

    def has(self, part: KernelPart) -> bool:
        """Whether it may be built: any of its options is set, or unknown, or a module of it lies in the image."""
        unset = all(self.options.get(option) == NOT_SET for option in part.options)
        return not unset or not self.modules.isdisjoint(part.modules)


class Kernels:
    """The kernels of an image, and the configurations that are there of them.

    That a module lies there, or that an option is set, says nothing of whether it is used. That no module lies there
    says nothing either: it may be built in.
    """

    def __init__(self, inventory: Inventory) -> None:
        kernels = [item for item in inventory.observations if item.kind is ObservationKind.KERNEL]
        configs = [item for item in inventory.observations if item.kind is ObservationKind.KERNEL_OPTIONS]
        modules = list(_modules(inventory)) if configs else []
        # Where the modules of a kernel lie it is, too, though it may not have been recognised.
        self._releases = frozenset(item.name for item in kernels) | {release for _, release in modules if release}
        if len(self._releases) > MOST_KERNELS or len(configs) > MOST_CONFIGS:
            configs = []
        self._builds = [_build(item, kernels, modules) for item in configs]

    def without(self, parts: Sequence[KernelPart], items: Iterable[Dependency]) -> str:
        """Why none of `parts` is in the kernels that `items` are, as a sentence; empty when that is not known."""
        found: dict[_Build, None] = {}
        for item in items if parts and self._builds else ():
            builds = self._builds_of(item)
            if not builds or any(build.has(part) for build in builds for part in parts):
                return ""
            found |= dict.fromkeys(builds)
        if not found:
            return ""
        releases = list(dict.fromkeys(build.release for build in found))
        options = " and ".join(dict.fromkeys(f"CONFIG_{part.options[0]}" for part in parts))
        places = list(dict.fromkeys(build.place.rpartition(SEPARATOR)[2] for build in found))
        shown = ", ".join(places[:MOST_SHOWN])
        which = f"Linux {' and '.join(releases)} {'was' if len(releases) == 1 else 'were'}"
        return f"{which} built without the part that has it ({options} is not set in {shown})."

    def _builds_of(self, item: Dependency) -> Sequence[_Build]:
        """All configurations that may be its own; none where a kernel that it may be has no configuration here."""
        if named := _NAMED.search(item.product):
            return self._own(named["release"])
        known = all(self._own(release) for release in self._releases if _may_be(item, release))
        return [build for build in self._builds if _may_be(item, build.release)] if known else ()

    def _own(self, release: str) -> Sequence[_Build]:
        """The configurations of that kernel: one of its sources will do, where no other kernel is built of them."""
        if exact := [build for build in self._builds if build.exact and build.release == release]:
            return exact
        others = self._releases - {release}
        return [
            build
            for build in self._builds
            if not build.exact
            and kernel_release.may_be(build.release, release)
            and not any(kernel_release.may_be(build.release, other) for other in others)
        ]


def _may_be(item: Dependency, release: str) -> bool:
    return not item.version or kernel_release.may_be(item.version.rpartition(":")[2], release)


def _build(config: Observation, kernels: Iterable[Observation], modules: Iterable[tuple[str, str]]) -> _Build:
    place = config.evidence.artefact
    release = _release_of(place, kernels)
    return _Build(
        place=place,
        release=release or config.name,
        exact=bool(release),
        options={name: value for name, _, value in (said.partition("=") for said in config.note.split())},
        modules=frozenset(name for name, of in modules if not of or not release or of == release),
    )


def _release_of(place: str, kernels: Iterable[Observation]) -> str:
    """The release of the kernel that a configuration came out of, or that its path names; empty when neither is."""
    container = place.rpartition(SEPARATOR)[0]
    around = (container, container.rpartition(SEPARATOR)[0])
    inside = {item.name for item in kernels if item.evidence.artefact in around}
    if len(inside) == 1:
        return inside.pop()
    found = _OF_RELEASE.findall(place)
    return found[-1] if found else ""


def _modules(inventory: Inventory) -> Iterable[tuple[str, str]]:
    """(name, release) of every module in the image; the release is empty where its folder does not tell it."""
    for item in inventory.components:
        if item.kind is ComponentKind.MODULE:
            place = item.evidence.artefact
            folder = _FOLDER.search(place)
            for name in {item.name, *_MODULE.findall(place)} - {""}:
                yield name.replace("-", "_"), folder["release"] if folder else ""
