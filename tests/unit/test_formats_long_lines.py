"""Lines that are long, and almost what is looked for, are read as fast as others."""

from collections.abc import Callable, Iterable

import pytest
from tests.support.alarm import within

from pellucid.formats import nfs_exports, settings_lines, shell_commands, sudo_rules

BLANKS = b" " * 60_000
SETTINGS = (b"a" + b" " * 1990 + b"x\n") * 262


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (sudo_rules.read, b"root" + BLANKS + b"x"),
        (sudo_rules.read, b"root ALL" + BLANKS + b"x"),
        (sudo_rules.read, b"Defaults a" + BLANKS + b"x"),
        (sudo_rules.read, b"u ALL=" + b"(" * 60_000),
        (
            sudo_rules.read,
            b"Cmnd_Alias A=" + b"a," * 60_000 + b"\nCmnd_Alias B=" + b"A," * 999 + b"A\n" + b"u ALL=B\n" * 500,
        ),
        (nfs_exports.read, b"/a " + b"(" * 65_000),
        (lambda data: settings_lines.read(data, "nginx"), SETTINGS),
        (lambda data: settings_lines.read(data, "apache"), SETTINGS.replace(b"x", b";")),
        (shell_commands.read, (b'"' + b'\\"' * 2040 + b"\n") * 64),
    ],
)
def test_time_grows_with_the_length_only(read: Callable[[bytes], Iterable[object]], data: bytes) -> None:
    with within(2):
        list(read(data))


def test_aliases_in_aliases_do_not_multiply() -> None:
    data = b"Cmnd_Alias A=" + b"a," * 999 + b"a\nu ALL=A" + b",A" * 60_000
    with within(2):
        rules = list(sudo_rules.read(data))
    assert sum(len(rule.commands) for rule in rules if isinstance(rule, sudo_rules.Rule)) <= 2 * sudo_rules.MOST_MEMBERS


def test_blanks_around_hosts_and_options_do_not_matter() -> None:
    data = b"root   ALL  =  (ALL) /bin/a\nDefaults env_keep  +=  X\n"
    rule, option = sudo_rules.read(data)
    assert isinstance(rule, sudo_rules.Rule)
    assert (rule.users, rule.commands) == (("root",), ("/bin/a",))
    assert isinstance(option, sudo_rules.Default)
    assert option.option == "env_keep+=X"
