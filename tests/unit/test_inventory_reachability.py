"""What runs: from what init, run levels, units and containers start."""

from collections.abc import Mapping, Sequence

import pytest
from tests.support.placed import LIBC, SYSTEM, at, places, program, script, seen

from pellucid.domain.component import Component, Reachability
from pellucid.domain.start import Start, StartKind
from pellucid.pipeline.inventory.file_tree import FileTree
from pellucid.pipeline.inventory.loading import Loading, by_path
from pellucid.pipeline.inventory.reachability import Running


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
