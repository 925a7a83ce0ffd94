"""Where text goes: documents to stdout, everything else to stderr."""

import sys


def say(text: str) -> None:
    """A line of the document."""
    sys.stdout.write(text + "\n")


def document(content: str | bytes) -> None:
    """A whole document in UTF-8, which is what documents say that they are in, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content.encode() if isinstance(content, str) else content)


def note(text: str) -> None:
    """A line about what is going on, or about what went wrong."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def printable(text: str) -> str:
    """Text from an image without characters that would steer the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def size(number: float) -> str:
    """A number of bytes in the largest unit that fits: "14.9 MB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def duration(seconds: float) -> str:
    """Seconds as people say them: "0.8 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
