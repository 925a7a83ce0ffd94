"""Golden inputs of the reader of RPM's databases, in each of its stores."""

from collections.abc import Iterator

from tests.support import rpm_databases
from tests.support.golden_case import Case
from tests.support.rpm_databases import Package

NAME = "components/rpm_packages"
ROCKY = "Rocky Enterprise Software Foundation"
LEAP, SLE = "openSUSE", "SUSE LLC <https://www.suse.com/>"

SERVER = (
    Package(name="rocky-release", version="9.3", release="1.2.el9", vendor=ROCKY, paths=("/etc/os-release",)),
    Package(
        name="openssl-libs",
        version="3.0.7",
        release="27.el9",
        epoch=1,
        vendor=ROCKY,
        licence="ASL 2.0",
        source="openssl-3.0.7-27.el9.src.rpm",
        needs=("/usr/bin/sh", "libc.so.6()(64bit)", "rpmlib(CompressedFileNames)", "openssl-libs"),
        provides=("libcrypto.so.3()(64bit)",),
        paths=("/usr/lib64/libcrypto.so.3", "/usr/lib64/libssl.so.3", "/usr/share/doc/openssl-libs/README"),
        states=(0, 0, 2),
    ),
    Package(
        name="nodejs",
        version="18.19.0",
        release="1.module+el9.3.0+1",
        epoch=1,
        vendor=ROCKY,
        source="nodejs-18.19.0-1.module+el9.3.0+1.src.rpm",
        module="nodejs:18:9030020231213:rhel9",
        needs=("libcrypto.so.3()(64bit)", "bash"),
    ),
    Package(name="bash", version="5.1.8", release="6.el9", epoch=0, vendor=ROCKY, paths=("/usr/bin/sh",)),
    Package(name="htop", version="3.2.1", release="1.el9", vendor="Fedora Project"),
    Package(name="docker-ce", version="24.0.7", release="1.el9", epoch=3, vendor="Docker"),
    Package(name="gpg-pubkey", version="350d275d", release="6279464b"),
)
DESKTOP = (
    Package(name="openSUSE-release", version="15.5", release="lp155.286.1", vendor=LEAP),
    Package(
        name="zlib", version="1.2.13", release="150500.4.3.1", vendor=SLE, source="zlib-1.2.13-150500.4.3.1.src.rpm"
    ),
)
OLD = (
    Package(name="zlib", version="1.2.3", release="29.el6", vendor="CentOS", source="zlib-1.2.3-29.el6.src.rpm"),
    Package(name="tool", version="1.0", release="1"),
)


def cases() -> Iterator[Case]:
    server, desktop, old = ([item.blob() for item in items] for items in (SERVER, DESKTOP, OLD))
    large = Package(name="large", version="1", release="1.fc40", vendor="Fedora Project", licence="x" * 3000).blob()
    yield Case(f"{NAME}/sqlite", rpm_databases.sqlite(server), "a database in SQLite with packages of several makers")
    yield Case(f"{NAME}/sqlite-large", rpm_databases.sqlite([large]), "a package that takes a chain of pages")
    yield Case(f"{NAME}/ndb", rpm_databases.ndb(desktop), "a database in ndb with packages of SUSE in openSUSE")
    yield Case(f"{NAME}/bdb", rpm_databases.berkeley_db(old, page_size=512), "a database in Berkeley DB")
    big_endian = rpm_databases.berkeley_db(old, page_size=512, order=">")
    yield Case(f"{NAME}/bdb-big-endian", big_endian, "the same, as a big-endian machine writes it")
    broken = [server[1][:40], *server[2:4]]
    yield Case(f"{NAME}/broken", rpm_databases.ndb(broken), "a database with a package that is cut off")
    other = rpm_databases.sqlite([]).replace(b"Packages", b"Messages")
    yield Case(f"{NAME}/other", other, "an SQLite database of something else")
    for name, package in (("openssl", SERVER[1]), ("docker", SERVER[5])):
        yield Case(f"components/rpm_archives/{name}", rpm_databases.archive(package), "the headers of a package file")
    source = rpm_databases.archive(SERVER[1], source=True)
    yield Case("components/rpm_archives/source", source, "the headers of a source package")
