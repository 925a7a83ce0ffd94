"""Keys in lists of known-bad ones: by which hash a list has a key, and what being in it says."""

from typing import NamedTuple


class KeyHash(NamedTuple):
    """How a list knows a key: `source` is the list, `section` a part of it ("RSA-2048"), `digest` the hash it keeps."""

    source: str
    section: str
    digest: bytes


class KeyList(NamedTuple):
    """A list that a key is in: `source`, and the name that it gives to what it lists there ("debianssl", "firmware").

    The name is a number where the publisher's names are not known.
    """

    source: str
    name: str
