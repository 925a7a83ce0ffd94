"""Golden inputs of the readers of the BSDs' packages."""

import sqlite3
from collections.abc import Iterator

from tests.support.golden_case import Case

SCHEMA = """
CREATE TABLE packages (id INTEGER PRIMARY KEY,origin TEXT NOT NULL,name TEXT NOT NULL,version TEXT NOT NULL,
    comment TEXT NOT NULL,arch TEXT NOT NULL,prefix TEXT NOT NULL,licenselogic INTEGER NOT NULL);
CREATE TABLE licenses (id INTEGER PRIMARY KEY,name TEXT NOT NULL UNIQUE);
CREATE TABLE pkg_licenses (package_id INTEGER REFERENCES packages(id) ON DELETE CASCADE,
    license_id INTEGER REFERENCES licenses(id), PRIMARY KEY (package_id, license_id));
CREATE TABLE deps (origin TEXT NOT NULL,name TEXT NOT NULL,version TEXT NOT NULL,package_id INTEGER);
CREATE TABLE files (path TEXT PRIMARY KEY,sha256 TEXT,package_id INTEGER);
INSERT INTO packages VALUES (1, 'ftp/curl', 'curl', '8.5.0_1', 'x', 'FreeBSD:13:amd64', '/usr/local', 1);
INSERT INTO packages VALUES (2, 'editors/emacs', 'emacs', '30.1_2,3', 'x', 'FreeBSD:13:amd64', '/usr/local', 124);
INSERT INTO licenses VALUES (1, 'MIT'), (2, 'Apache-2.0');
INSERT INTO pkg_licenses VALUES (1, 1), (2, 1), (2, 2);
INSERT INTO deps VALUES ('ftp/curl', 'curl', '8.5.0_1', 2);
INSERT INTO files VALUES ('/usr/local/bin/curl', 'x', 1), ('/usr/local/bin/emacs', 'x', 2);
"""
NETBSD = b"""\
@comment PKG_FORMAT_REVISION:1.1
@name py311-curl-8.5.0nb2
@cwd /usr/pkg
bin/curl
@comment MD5:0123456789abcdef0123456789abcdef
lib/lib with space.so
@ignore
+BUILD_INFO
@pkgdep libidn2>=0.6
@pkgdep openssl-3.0.1
@pkgdep perl-[0-9]*
@cwd .
+DESC
"""
OPENBSD = b"""\
@name curl-8.5.0p1
@url https://example.org/
@version 10
@comment pkgpath=net/curl,-main ftp=yes
@arch amd64
+DESC
@depend www/nghttp2:nghttp2-*:nghttp2-1.57.0
@cwd /usr/local
@bin bin/curl
@lib lib/libcurl.so.26.23
include/curl/curl.h
"""


def cases() -> Iterator[Case]:
    with sqlite3.connect(":memory:") as database:
        database.execute("PRAGMA page_size=512")
        database.executescript(SCHEMA)
        data = bytearray(database.serialize())
    data[92:100] = bytes(8)
    data[24:28] = bytes(4)
    yield Case("components/freebsd_packages/local", bytes(data), "a database of pkg with two packages")
    empty = bytes(data).replace(b"packages", b"pokemons")
    yield Case("components/freebsd_packages/other", empty, "a database with other tables")
    yield Case("components/bsd_packages/netbsd", NETBSD, "a packing list of NetBSD")
    yield Case("components/bsd_packages/openbsd", OPENBSD, "a packing list of OpenBSD")
    yield Case("components/bsd_packages/mail", b"@everybody\n@name me\n", "a text with words of that kind")
