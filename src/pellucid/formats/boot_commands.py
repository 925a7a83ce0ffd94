"""What tables of init, inetd, xinetd and systemd start: inittab(5), inetd.conf(5), xinetd.conf(5), systemd.service(5).

The commands of shell scripts are read by shell_commands.
"""

import re
from collections.abc import Iterator

import msgspec

from pellucid.formats import shell_commands

MOST_BYTES = 256 << 10
MOST_COMMANDS = 5000
# Between blanks of a line only: what is not bounded here would be tried from everywhere.
INITTAB = re.compile(
    rb"(?m)^(?P<id>[\w/]{0,16}):[\w]{0,16}:(?P<action>respawn|askfirst|once|wait|boot|bootwait|sysinit|respawnlate)"
    rb":(?P<command>[^\s#][^\r\n]{0,1000})"
)
INETD = re.compile(
    rb"(?m)^(?P<name>[\w.:*/\-]{1,60})[ \t]{1,20}(?:stream|dgram)[ \t]{1,20}\w{3,5}[ \t]{1,20}(?:no)?wait[.\d]{0,6}"
    rb"[ \t]{1,20}[\w.:]{1,40}[ \t]{1,20}(?P<command>[^\s#][^\r\n]{0,1000})"
)
XINETD = re.compile(rb"(?m)^[ \t]{0,20}service[ \t]{1,20}(?P<name>[\w.\-]{1,60})\s{0,20}\{(?P<body>[^{}]{0,4000})\}")
FIELD = re.compile(rb"(?m)^[ \t]*(disable|server|server_args)[ \t]*=[ \t]*([^\r\n]*)")
UNIT = re.compile(
    rb"(?m)^Exec(?:Start|StartPre|StartPost)[ \t]{0,9}=[ \t]{0,9}[@:+!-]*([^\s\\](?:\\\r?\n|[^\r\n]){0,2000})"
)


class Started(msgspec.Struct, frozen=True):
    """`by` is "inittab", "inetd", "xinetd", "systemd" or "script"; `name` what the table calls it."""

    by: str
    name: str
    words: tuple[str, ...]
    at: int
    text: str


def read(data: bytes) -> Iterator[Started]:
    """Every command that a file starts, whatever it is a table of; those that are switched off are left out."""
    data = data[:MOST_BYTES]
    if data[:2] == b"#!":
        for each in shell_commands.read(data):
            yield Started("script", "", each.words, each.at, each.text)
        return
    for found in INITTAB.finditer(data):
        yield _started("inittab", found["action"], found["command"].lstrip(b"-@+"), found.start(), found[0])
    for found in INETD.finditer(data):
        yield _started("inetd", found["name"], found["command"], found.start(), found[0])
    for found in XINETD.finditer(data):
        fields = dict(FIELD.findall(found["body"]))
        if fields.get(b"disable", b"no").strip().lower() != b"yes":
            command = fields.get(b"server", b"").strip() + b" " + fields.get(b"server_args", b"")
            yield _started("xinetd", found["name"], command, found.start(), b"service " + found["name"])
    if b"[Service]" in data:
        for found in UNIT.finditer(data):
            yield _started("systemd", b"", found[1].replace(b"\\\n", b" "), found.start(), found[0])


def _started(by: str, name: bytes, command: bytes, at: int, text: bytes) -> Started:
    words = tuple(command.decode("utf-8", "replace").split()[: shell_commands.MOST_WORDS])
    return Started(by, name.decode("utf-8", "replace"), words, at, text.decode("utf-8", "replace"))
