"""The order of dpkg: deb-version(7), [epoch:]upstream-version[-debian-revision]."""

import re

from pellucid.formats.version_keys import Flat, Order

_RUN = re.compile(r"([^0-9]*)([0-9]*)")
# "~" is before the end, the end before letters, and they before all else.
_END = "\x02"
_WEIGHT = {ord("~"): "\x01"} | {
    number: chr(0xE000 + number) for number in range(128) if not chr(number).isalnum() and chr(number) != "~"
}


def key(version: str) -> tuple[int, Flat, Flat]:
    """Epoch, then upstream version, then revision, each by alternating text and numbers."""
    text = version.strip()
    epoch, colon, rest = text.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", text
    upstream, hyphen, revision = rest.rpartition("-")
    if not hyphen:
        upstream, revision = rest, "0"
    return int(epoch), _runs(upstream), _runs(revision)


def _runs(text: str) -> Flat:
    runs: list[int | str] = []
    for letters, number in _RUN.findall(text or "0"):
        if letters or number:
            runs += (letters.translate(_WEIGHT) + _END, int(number or 0))
    return (*runs, _END)


dpkg = Order("dpkg", key)
