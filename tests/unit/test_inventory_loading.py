"""Who loads whom, and what runs: resolved inside the image as its own loader, shell and init would."""

from collections.abc import Mapping, Sequence

import pytest
from tests.support.placed import at, library, places, program, script, seen

from pellucid.domain.component import Component, Reachability
from pellucid.domain.link import LinkKind
from pellucid.domain.start import Start, StartKind
from pellucid.pipeline.inventory.file_tree import FileTree
from pellucid.pipeline.inventory.loading import Loading, by_path
from pellucid.pipeline.inventory.reachability import Running

SYSTEM = {
    "lib": "-> usr/lib",
    "usr/lib/libc.so.6": "-> libc-2.36.so",
    "usr/lib/libc-2.36.so": "",
    "usr/lib/ld-linux.so.3": "",
    "usr/bin/busybox": "",
    "bin": "-> usr/bin",
    "sbin/init": "-> ../bin/busybox",
    "usr/bin/sh": "-> busybox",
    "etc/inittab": "",
    "dev/null": "",
}
LIBC = [library("usr/lib/libc-2.36.so", name="libc.so.6"), library("usr/lib/ld-linux.so.3")]


def links(files: Mapping[str, str], components: Sequence[Component]) -> set[tuple[str, str, LinkKind]]:
    found = Loading(FileTree(places(files)), by_path(components)).links()
    short = len(at(""))
    return {(link.source[short:], link.target[short:], link.kind) for link in found}


def loads(files: Mapping[str, str], *components: Component) -> set[tuple[str, str]]:
    return {(source, target) for source, target, kind in links(files, components) if kind is LinkKind.LOADS}


def test_a_library_is_found_through_links_of_folders_and_files() -> None:
    tool = program("opt/tool", needed=("libc.so.6", "libgone.so.1"), interpreter="/lib/ld-linux.so.3")
    assert links(SYSTEM | {"opt/tool": ""}, [tool, *LIBC]) == {
        ("opt/tool", "usr/lib/libc-2.36.so", LinkKind.LOADS),
        ("opt/tool", "usr/lib/ld-linux.so.3", LinkKind.RUNS_IN),
    }


def test_runpath_comes_first_and_hides_rpath() -> None:
    files = SYSTEM | {"opt/a/libx.so": "", "opt/b/libx.so": "", "usr/lib/libx.so": "", "opt/bin/tool": ""}
    copies = [library(name) for name in ("opt/a/libx.so", "opt/b/libx.so", "usr/lib/libx.so")]
    for rpath, runpath, wanted in (
        ((), (), "usr/lib/libx.so"),
        (("/opt/a",), (), "opt/a/libx.so"),
        (("/opt/a",), ("$ORIGIN/../b",), "opt/b/libx.so"),
        ((), ("/gone", "${ORIGIN}/../a"), "opt/a/libx.so"),
    ):
        tool = program("opt/bin/tool", needed=("libx.so",), rpath=rpath, runpath=runpath)
        assert loads(files, tool, *copies) == {("opt/bin/tool", wanted)}


def test_a_library_of_another_machine_is_not_taken() -> None:
    files = SYSTEM | {"usr/lib/libx.so": "", "usr/lib/x86_64-linux-gnu/libx.so": "", "tool": ""}
    other = library("usr/lib/libx.so", architecture="mips")
    own = library("usr/lib/x86_64-linux-gnu/libx.so")
    assert loads(files, program("tool", needed=("libx.so",)), other, own) == {
        ("tool", "usr/lib/x86_64-linux-gnu/libx.so")
    }
    assert loads(files, program("tool", needed=("libx.so",)), other) == set()


def test_of_several_in_unknown_folders_none_is_guessed() -> None:
    files = SYSTEM | {"opt/a/libx.so": "", "opt/b/libx.so": "", "opt/b/tool": "", "srv/tool": ""}
    copies = [library("opt/a/libx.so"), library("opt/b/libx.so")]
    beside, apart = (program(name, needed=("libx.so",)) for name in ("opt/b/tool", "srv/tool"))
    assert loads(files, beside, apart, *copies) == {("opt/b/tool", "opt/b/libx.so")}


def test_each_root_of_an_image_resolves_in_itself() -> None:
    roots = {f"{root}/{name}": target for root in ("first", "second") for name, target in SYSTEM.items()}
    files = roots | {"first/bin2/tool": "", "second/bin2/tool": ""}
    software = [library(f"{root}/usr/lib/libc-2.36.so") for root in ("first", "second")]
    tools = [program(f"{root}/bin2/tool", needed=("libc.so.6",)) for root in ("first", "second")]
    assert loads(files, *software, *tools) == {
        ("first/bin2/tool", "first/usr/lib/libc-2.36.so"),
        ("second/bin2/tool", "second/usr/lib/libc-2.36.so"),
    }


def test_links_that_lead_out_or_in_circles_end() -> None:
    files = SYSTEM | {"a": "-> b", "b": "-> a", "up": "-> ../../../../etc/inittab", "tool": ""}
    tool = script("tool", interpreter="/a", calls=("/b", "/up", "/../../etc/inittab"))
    found = links(files, [tool])
    assert found == {("tool", "etc/inittab", LinkKind.CALLS)}


def test_a_script_runs_in_its_interpreter_and_calls_programs_by_name() -> None:
    files = SYSTEM | {"etc/init.d/S50x": "", "usr/sbin/xd": ""}
    start = script("etc/init.d/S50x", interpreter="/bin/sh", calls=("xd", "/usr/sbin/xd", "nothing"))
    assert links(files, [start, program("usr/sbin/xd"), program("usr/bin/busybox")]) == {
        ("etc/init.d/S50x", "usr/bin/busybox", LinkKind.RUNS_IN),
        ("etc/init.d/S50x", "usr/sbin/xd", LinkKind.CALLS),
    }


def reached(files: Mapping[str, str], components: Sequence[Component], *starts: Start) -> dict[str, Reachability]:
    tree, software = FileTree(places(files)), by_path(components)
    found = Running(tree, software, list(Loading(tree, software).links()), starts).reached()
    return {path[len(at("")) :]: how for path, how in found.items()}


def start(kind: StartKind, command: str, where: str = "etc/inittab") -> Start:
    return Start(kind=kind, command=command, evidence=seen(where))


def test_what_init_starts_is_an_entry_point_and_what_that_uses_is_reached() -> None:
    files = SYSTEM | {"etc/init.d/rcS": "", "usr/sbin/httpd": "", "usr/sbin/helper": "", "usr/sbin/unused": ""}
    software = [
        program("usr/bin/busybox", needed=("libc.so.6",), interpreter="/lib/ld-linux.so.3"),
        script("etc/init.d/rcS", interpreter="/bin/sh", calls=("helper",)),
        program("usr/sbin/httpd"),
        program("usr/sbin/helper"),
        program("usr/sbin/unused"),
        *LIBC,
    ]
    assert reached(files, software, start(StartKind.INITTAB, "/usr/sbin/httpd -f")) == {
        "usr/bin/busybox": Reachability.ENTRY_POINT,
        "etc/init.d/rcS": Reachability.ENTRY_POINT,
        "usr/sbin/httpd": Reachability.ENTRY_POINT,
        "usr/sbin/helper": Reachability.INVOKED,
        "usr/lib/libc-2.36.so": Reachability.LOADED,
        "usr/lib/ld-linux.so.3": Reachability.LOADED,
    }


@pytest.mark.parametrize(
    ("extra", "wanted"),
    [
        ({}, {"etc/init.d/web", "etc/init.d/old"}),
        ({"etc/rc3.d/S50web": "-> ../init.d/web", "etc/rc0.d/K10old": "-> ../init.d/old"}, {"etc/init.d/web"}),
        ({"etc/rc.d/S50web": "-> ../init.d/web"}, {"etc/init.d/web"}),
    ],
    ids=["no run levels", "sysvinit", "openwrt"],
)
def test_scripts_of_services_run_when_their_run_level_says_so(extra: dict[str, str], wanted: set[str]) -> None:
    files = {"etc/init.d/web": "", "etc/init.d/old": "", "usr/x": "", "bin/y": "", **extra}
    scripts = [script("etc/init.d/web"), script("etc/init.d/old")]
    assert set(reached(files, scripts)) == wanted


@pytest.mark.parametrize(
    ("links_", "command", "wanted"),
    [
        ({}, "/usr/sbin/d --x", True),
        ({"etc/systemd/system/multi-user.target.wants/d.service": "-> /lib/systemd/system/d.service"}, "d", True),
        ({"etc/systemd/system/sockets.target.wants/d.socket": "-> /lib/systemd/system/d.socket"}, "d", True),
        ({"etc/systemd/system/multi-user.target.wants/e.service": "-> /lib/systemd/system/e.service"}, "d", False),
    ],
    ids=["nothing says what is wanted", "wanted", "by its socket", "another is wanted"],
)
def test_units_of_systemd_run_when_something_wants_them(links_: dict[str, str], command: str, wanted: bool) -> None:
    unit = "lib/systemd/system/d.service"
    files = {unit: "", "usr/sbin/d": "", "bin/x": "", "etc/x": "", **links_}
    found = reached(files, [program("usr/sbin/d")], start(StartKind.SYSTEMD, command, unit))
    assert (found == {"usr/sbin/d": Reachability.ENTRY_POINT}) is wanted


def test_a_shell_that_a_container_starts_runs_what_its_command_names() -> None:
    files = {"config.json": "", "bin/sh": "", "usr/bin/serve": "", "etc/x": "", "srv/data": ""}
    software = [program("bin/sh"), program("usr/bin/serve")]
    command = "/bin/sh -c 'exec /usr/bin/serve /srv/data'"
    assert set(reached(files, software, start(StartKind.CONTAINER, command, "config.json"))) == {
        "bin/sh",
        "usr/bin/serve",
    }
