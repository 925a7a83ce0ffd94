"""The order of FreeBSD's packages: pkg-version(8), version[_revision][,epoch]."""

import re

from pellucid.formats.version_keys import Flat, Order
from pellucid.formats.version_order import authors

_PORT = re.compile(r"(.*?)(?:_([0-9]+))?(?:,([0-9]+))?$", re.DOTALL)


def key(version: str) -> tuple[int, Flat, int]:
    """Epoch, then the authors' version, then the revision of the port."""
    found = _PORT.match(version.strip())
    if found is None:  # never: the first part may be anything
        return 0, authors.key(version), 0
    return int(found[3] or 0), authors.key(found[1]), int(found[2] or 0)


freebsd = Order("freebsd", key)
