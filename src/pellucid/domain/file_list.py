"""File lists: what a package manager says belongs to a package."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FileList:
    """Files that the package `package` owns, as the package manager `manager` says ("dpkg", "apk", "rpm", "wheel").

    `package` is empty where the name of the file that holds the list says it (dpkg's info/NAME.list). `paths` are
    absolute, or relative to the root that the database belongs to; those of a wheel's RECORD are relative to the folder
    that its *.dist-info lies in.
    """

    manager: str
    package: str
    paths: tuple[str, ...]
