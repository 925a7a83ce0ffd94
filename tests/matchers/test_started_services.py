"""started_services: what merely lies in an image, or where nobody reads it, is not started."""

from dataclasses import replace

import pytest
from msgspec import structs
from tests.matchers.cases_weakness_services import started
from tests.matchers.inventories import findings, seen
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.place import ScannedPlace
from pellucid.matchers.started_services import started_services


def table(by: str, path: str, *links: str) -> Inventory:
    """An image with a table of what is started at `path`, and links of these names."""
    image = started("telnet", runs=False)
    (fact,) = image.hardening
    places = tuple(ScannedPlace(parent=0, entry=Entry(name=name, kind=EntryKind.SYMLINK)) for name in links)
    return structs.replace(image, hardening=(replace(fact, name=by, evidence=seen(artefact=path)),), places=places)


@pytest.mark.parametrize(
    ("by", "path", "links"),
    [
        ("inittab", "fw!etc/inittab", ()),
        ("inittab", "fw!etc_ro/inittab", ()),
        ("inetd", "fw!root/etc/inetd.conf", ()),
        ("xinetd", "etc/xinetd.d/telnet", ()),
        (
            "systemd",
            "fw!usr/lib/systemd/system/telnetd.service",
            ("etc/systemd/system/a.target.wants/telnetd.service",),
        ),
        (
            "systemd",
            "fw!lib/systemd/system/telnet@.service",
            ("etc/systemd/system/sockets.target.wants/telnet.socket",),
        ),
        ("systemd", "fw!lib/systemd/system/getty@.service", ("etc/systemd/system/a.target.wants/getty@tty1.service",)),
    ],
)
def test_what_is_read_or_wanted_is_started(by: str, path: str, links: tuple[str, ...]) -> None:
    (finding,) = findings(started_services(table(by, path, *links), Statements()))
    assert finding.class_ == "weakness/service/telnet"
    assert [item.artefact for item in finding.evidence] == [path]


@pytest.mark.parametrize(
    ("by", "path", "links"),
    [
        ("inittab", "fw!usr/share/doc/busybox/examples/inittab", ()),
        ("inetd", "fw!usr/share/inetd.conf", ()),
        ("systemd", "fw!lib/systemd/system/telnetd.service", ("etc/systemd/system/a.target.wants/other.service",)),
        ("script", "fw!etc/init.d/telnet", ()),
    ],
)
def test_what_nobody_reads_is_not(by: str, path: str, links: tuple[str, ...]) -> None:
    assert not findings(started_services(table(by, path, *links), Statements()))
