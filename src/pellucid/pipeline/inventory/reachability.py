"""What runs: from what is started at boot, by an event or by the container, along all that this starts and loads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename

from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.link import Link, LinkKind
from pellucid.domain.start import Start, StartKind
from pellucid.pipeline.inventory.file_tree import FileTree, Spot
from pellucid.pipeline.inventory.loading import Loading

# What a kernel starts, in its order (init/main.c), and what an initramfs is started by.
INIT = ("/sbin/init", "/etc/init", "/bin/init", "/init", "/linuxrc", "/etc/preinit", "/usr/lib/systemd/systemd")
BOOT_SCRIPT = re.compile(r"/etc/(?:rc\.local|rc\.d/rc\.[\w.]+|rcS|rc|rc\.sysinit|inittab\.d/.+|init\.d/rc[S]?|preinit)")
SERVICE_SCRIPT = re.compile(r"/etc/(?:rc\.d/)?init\.d/[^/]+")
RUN_LEVEL = re.compile(r"(?:^|/)etc/(?:rc\.d/)?(?:rc[0-9S]\.d|rc\.d|runlevels/[^/]+|s6-overlay/[^/]+)/(?P<name>[^/]+)$")
WANTS = re.compile(r"\.(?:wants|requires)/(?P<unit>[^/]+)$")
WORD = re.compile(r"[^\s;|&<>()\"']+")
ORDER = (Reachability.ENTRY_POINT, Reachability.INVOKED, Reachability.LOADED)


class Running:
    """Judges the components of an image, given by path; `starts` say what is started."""

    def __init__(
        self, tree: FileTree, components: Mapping[str, Component], links: Iterable[Link], starts: Sequence[Start]
    ) -> None:
        self._tree, self._components, self._starts = tree, components, starts
        self._loading = Loading(tree, components)
        self._uses: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            self._uses[link.source].append(link)

    def reached(self) -> dict[str, Reachability]:
        """By path, for every component that runs as far as is known."""
        entries = set(self._entries())
        found = dict.fromkeys(entries, Reachability.ENTRY_POINT)
        for wanted, kinds in (
            (Reachability.INVOKED, (LinkKind.CALLS, LinkKind.RUNS_IN)),
            (Reachability.LOADED, tuple(LinkKind)),
        ):
            self._spread(found, wanted, kinds)
        return found

    def _spread(self, found: dict[str, Reachability], wanted: Reachability, kinds: Sequence[LinkKind]) -> None:
        """Along links of `kinds`, from all that is reached."""
        queue = list(found)
        while queue:
            for link in self._uses.get(queue.pop(), ()):
                if link.kind in kinds and link.target not in found:
                    loaded = link.kind is LinkKind.LOADS or self._is_loader(link)
                    found[link.target] = Reachability.LOADED if loaded else wanted
                    queue.append(link.target)

    def _is_loader(self, link: Link) -> bool:
        """The interpreter of a program is its loader; that of a script is a program that is started."""
        target = self._components.get(link.target)
        return link.kind is LinkKind.RUNS_IN and target is not None and target.kind is ComponentKind.LIBRARY

    def _entries(self) -> Iterator[str]:
        for container in self._tree.containers():
            for root in self._tree.roots(container):
                yield from self._of_system(Spot(container, root, root))
        enabled = self._enabled_units()
        for start in self._starts:
            spot = self._tree.spot(start.evidence.artefact)
            if spot is None:
                continue
            if start.kind is StartKind.SYSTEMD and enabled and not _is_enabled(spot.name, enabled):
                continue
            yield from self._commands(spot, start)

    def _of_system(self, spot: Spot) -> Iterator[str]:
        yield from filter(None, (self._tree.resolve(spot, path) for path in INIT))
        levels = self._run_levels(spot)
        yield from levels
        for path in self._components:
            at = self._tree.spot(path)
            if at is None or (at.container, at.root) != (spot.container, spot.root):
                continue
            name = at.name[len(at.root) :]
            name = name if name.startswith("/") else f"/{name}"
            if BOOT_SCRIPT.fullmatch(name) or (not levels and SERVICE_SCRIPT.fullmatch(name)):
                yield path

    def _run_levels(self, spot: Spot) -> list[str]:
        """Scripts that links of run levels start ("S20network"); those with K stop them."""
        found = []
        for name, _ in self._tree.links_into(spot.container):
            match = RUN_LEVEL.search(name)
            if match and not match["name"].startswith("K") and self._tree.root_of(spot.container, name) == spot.root:
                real = self._tree.real_name(spot.container, spot.root, name)
                if path := self._tree.path(spot.container, real):
                    found.append(path)
        return found

    def _enabled_units(self) -> set[str]:
        """Names of systemd units that something wants."""
        names = (name for container in self._tree.containers() for name, _ in self._tree.links_into(container))
        return {match["unit"] for name in names if (match := WANTS.search(name))}

    def _commands(self, spot: Spot, start: Start) -> Iterator[str]:
        """The program of a command, and those of its arguments that are files of the image, which a shell would run."""
        if not start.command:
            yield start.evidence.artefact
            return
        words = WORD.findall(start.command)
        for number, word in enumerate(words[:32]):
            path = self._loading.program(spot, word) if not number or word.startswith("/") else ""
            if path and (not number or path in self._components):
                yield path


def _is_enabled(name: str, enabled: set[str]) -> bool:
    """Whether a unit, its template, or the socket, timer or path that starts it is wanted."""
    unit = basename(name)
    stem, _, suffix = unit.rpartition(".")
    if unit in enabled or suffix != "service":
        return True
    if stem.endswith("@"):
        return any(other.startswith(stem) for other in enabled)
    return any(f"{stem}.{other}" in enabled for other in ("socket", "timer", "path"))


def best(found: Iterable[Reachability]) -> Reachability:
    """The strongest of several; unknown when there is none."""
    return min(found, key=lambda item: ORDER.index(item) if item in ORDER else len(ORDER), default=Reachability.UNKNOWN)
