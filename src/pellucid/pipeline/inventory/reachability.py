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
        levels, scripts = self._run_levels(), self._scripts()
        for container in self._tree.containers():
            for root in self._tree.roots(container):
                spot = Spot(container, root, root)
                yield from filter(None, (self._tree.resolve(spot, path) for path in INIT))
                yield from levels[container, root]
                for name, path in scripts[container, root]:
                    if BOOT_SCRIPT.fullmatch(name) or not levels[container, root]:
                        yield path
        enabled = self._enabled_units()
        for start in self._starts:
            place = self._tree.spot(start.evidence.artefact)
            if place is None:
                continue
            if start.kind is StartKind.SYSTEMD and enabled and not _is_enabled(place.name, enabled):
                continue
            yield from self._commands(place, start)

    def _scripts(self) -> dict[tuple[int, str], list[tuple[str, str]]]:
        """(absolute name, path) of what is started at boot for where it lies, by container and root."""
        found: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
        for path in self._components:
            at = self._tree.spot(path)
            if at is not None:
                name = "/" + at.name[len(at.root) :].lstrip("/")
                if BOOT_SCRIPT.fullmatch(name) or SERVICE_SCRIPT.fullmatch(name):
                    found[at.container, at.root].append((name, path))
        return found

    def _run_levels(self) -> dict[tuple[int, str], list[str]]:
        """Scripts that links of run levels start ("S20network"), by container and root; those with K stop them."""
        found: dict[tuple[int, str], list[str]] = defaultdict(list)
        for container in self._tree.containers():
            for name, _ in self._tree.links_into(container):
                match = RUN_LEVEL.search(name)
                if match and not match["name"].startswith("K"):
                    root = self._tree.root_of(container, name)
                    if path := self._tree.path(container, self._tree.real_name(container, root, name)):
                        found[container, root].append(path)
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
