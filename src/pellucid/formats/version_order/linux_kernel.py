"""The order of the Linux kernel's releases: up to four numbers, and "rc", "pre" or "test" before the release."""

import re

from pellucid.formats.version_keys import Flat, Order

_RELEASE = re.compile(r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:[-._:]?(test|pre|rc)([0-9]*))?")
_STAGES = ("test", "pre", "rc")


def key(version: str) -> Flat:
    """What a builder put behind does not count: 4.4.60-openwrt is 4.4.60, 5.10.0-8-amd64 is 5.10.0."""
    text = version.strip().lower()
    found = _RELEASE.match(text)
    if found is None:
        return (-1, text)
    numbers = (int(found[number] or 0) for number in range(1, 5))
    return (*numbers, _STAGES.index(found[5]) if found[5] else len(_STAGES), int(found[6] or 0))


kernel = Order("kernel", key)
