"""What a bill of materials says of one piece of software, whatever the format."""

import msgspec

MOST = 50_000
LONGEST_PURL = 1024


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """`group` is a namespace or vendor, `licence` an expression or a name as it stands there; "" is unknown.

    `needs` are names of others in the same bill. `optional` says that it need not be there.
    """

    name: str
    version: str
    offset: int
    group: str = ""
    purl: str = ""
    cpe: str = ""
    licence: str = ""
    needs: tuple[str, ...] = ()
    optional: bool = False
