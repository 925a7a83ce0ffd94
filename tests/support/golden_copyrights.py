"""Golden inputs of the reader of Debian's copyright files."""

from collections.abc import Iterator

from tests.support.golden_case import Case

PLACE = "components/package_copyrights"
FORMAT = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: thing\n\n"
MACHINE = (
    FORMAT
    + b"""Files: *
Copyright: 2001 A
License: GPL-2+ or Artistic

Files: lib/*.c
       include/*.h
Copyright: 2002 B
License: GPL-3+ with Bison exception, and Expat
 Permission is hereby granted.

Files: own.c
Copyright: 2003 C
License: own-words

Files: debian/*
Copyright: 2004 D
License: ISC

License: GPL-2+
 On Debian systems see /usr/share/common-licenses/GPL-2.
"""
)
OLD = b"""Format: http://dep.debian.net/deps/dep5
Source: http://example.org

Files: *
Copyright: 2001 A
License: BSD-2-clause
"""
PLAIN = b"""This is a packaged version of thing, which was written by A.

This program is free software; you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation; either version 2 of the License, or
(at your option) any later version.

On Debian systems, the complete text of the GNU General
Public License can be found in `/usr/share/common-licenses/GPL'.
"""
UNKNOWN = FORMAT + b"Files: *\nCopyright: A\nLicense: own-words\n\nFiles: x.c\nCopyright: A\nLicense: Expat\n"
SEVERAL = b"Parts are under /usr/share/common-licenses/GPL-2, others under /usr/share/common-licenses/LGPL-2.1.\n"


def cases() -> Iterator[Case]:
    yield Case(f"{PLACE}/machine_readable", MACHINE, "a machine-readable copyright file with several licences")
    yield Case(f"{PLACE}/first_draft", OLD, "a copyright file in the format as it was first drafted")
    yield Case(f"{PLACE}/reference", PLAIN, "a plain copyright file that refers to the GPL")
    yield Case(f"{PLACE}/unknown", UNKNOWN, "a copyright file whose main licence has no known name")
    yield Case(f"{PLACE}/several", SEVERAL, "a plain copyright file that refers to two licences")
