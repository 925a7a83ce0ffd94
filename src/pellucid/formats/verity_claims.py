"""Root hashes of dm-verity that command lines of kernels ask for (Linux, dm-init.rst and verity.rst; systemd's
kernel-command-line(7); ChromiumOS)."""

import re
from collections.abc import Iterator

MARKS = (b"roothash=", b"usrhash=", b"root_hexdigest=", b"dm-mod.create=", b"dm=")
SEARCHED = tuple(mark for mark in MARKS if len(mark) > len(b"dm="))
_HASH = rb"([0-9a-fA-F]{40,128})(?![0-9a-zA-Z])"
_ASKED = re.compile(
    rb"(?<![0-9a-zA-Z_-])(?:roothash|usrhash|root_hexdigest)="
    + _HASH
    +
    # version, device, device of the tree, sizes of blocks, blocks, start of the tree, algorithm, digest
    rb"|(?<![0-9a-zA-Z_-])verity [01] [^\s,]{1,128} [^\s,]{1,128}(?: \d{1,15}){4} [a-z0-9-]{3,32} "
    + _HASH
)
MOST = 100


def root_hashes(text: bytes) -> Iterator[tuple[int, bytes, str]]:
    """(offset, what stands there, root hash in small hex digits) of each; the first hundred."""
    for number, found in enumerate(_ASKED.finditer(text)):
        if number >= MOST:
            return
        yield found.start(), found[0], (found[1] or found[2]).decode("ascii").lower()
