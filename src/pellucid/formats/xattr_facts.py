"""Extended attributes of files as facts of their entries (xattr(7))."""

PREFIX = "xattr."


def fact(name: bytes, value: bytes) -> tuple[str, str]:
    """The name and value of a fact; a value that is no plain text is given in hexadecimal digits."""
    text = value.removesuffix(b"\0").decode("latin-1")
    shown = text if text.isascii() and text.isprintable() else "0x" + value.hex()
    return PREFIX + name.decode("utf-8", "backslashreplace"), shown


def device(major: int, minor: int) -> dict[str, str]:
    """The fact that says which device a special file stands for."""
    return {"device": f"{major}:{minor}"}
