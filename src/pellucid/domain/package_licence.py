"""Licences of packages that are stated beside the package manager's database, not in it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PackageLicence:
    """The SPDX expression `licence` of a package of the package manager `manager` ("dpkg").

    `package` is empty where the place of the file says it (usr/share/doc/NAME/copyright).
    """

    manager: str
    package: str = ""
    licence: str
