"""Files of settings: what each syntax says, and bytes that no file has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import account_lines, boot_commands, nfs_exports, settings_lines, shell_commands, sudo_rules
from pellucid.formats.sudo_rules import Rule

LINES = st.text(alphabet="aA/:=,;#(){}[]<>$\\\"' \t\n*!-+0ALexicnmtd", max_size=400).map(str.encode)


def said(text: str, syntax: str) -> list[tuple[str, str, str]]:
    return [(item.section, item.key, item.value) for item in settings_lines.read(text.encode(), syntax)]


@pytest.mark.parametrize(
    ("syntax", "text", "expected"),
    [
        (
            "sshd",
            "Port=22\nMatch User a\nPort 1\nMatch all\nX yes # why",
            [("", "port", "22"), ("user a", "port", "1"), ("", "x", "yes")],
        ),
        ("words", "#a b\n  skip-it\nbind 1 2", [("", "skip-it", ""), ("", "bind", "1 2")]),
        ("equals", 'a.b = "x"\nc+=1\n-d=2', [("", "a.b", "x"), ("", "c", "1"), ("", "d", "2")]),
        ("ini", "[A b]\n Guest  OK = yes ; no\n;x=1", [("a b", "guest ok", "yes")]),
        (
            "uci",
            "config wifi 'a'\n\toption key 'v w'\n\tlist l x",
            [("wifi 'a'", "key", "v w"), ("wifi 'a'", "l", "x")],
        ),
        (
            "apache",
            "<Directory />\nOptions All\n</Directory>\nUser a\nuser b;",
            [("directory /", "options", "All"), ("", "user", "a")],
        ),
        ("nginx", "http {\n user a b;\n # c d;\n location / { e on; }\n}", [("", "user", "a b"), ("", "e", "on")]),
    ],
)
def test_what_each_syntax_says(syntax: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(text, syntax) == expected


def test_an_offset_is_that_of_the_first_word() -> None:
    (setting,) = settings_lines.read(b"# x\n\n  Port 22\r\n", "words")
    assert (setting.at, setting.text) == (7, "Port 22")


@pytest.mark.parametrize(
    ("text", "users", "commands", "password"),
    [
        ("%a ALL=(ALL : ALL) NOPASSWD:ALL", ("%a",), ("ALL",), False),
        ("a, b h1,h2 = (root) NOPASSWD: NOEXEC: /bin/x -y, /bin/z", ("a", "b"), ("/bin/x -y", "/bin/z"), False),
        ("#1000 ALL = /bin/x", ("#1000",), ("/bin/x",), True),
        ("a ALL=(ALL) TIMEOUT=5m CWD=/ NOPASSWD: /bin/x", ("a",), ("/bin/x",), False),
    ],
)
def test_rules_of_sudo(text: str, users: tuple[str, ...], commands: tuple[str, ...], password: bool) -> None:
    (rule,) = sudo_rules.read(text.encode())
    assert isinstance(rule, Rule)
    assert (rule.users, rule.commands, rule.password) == (users, commands, password)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=/bin/x; B=$A\n$B -c ${C:-d} $E", ("/bin/x", "-c", "d")),
        ("if [ -x a ]; then exec a 'b c' | d; fi", ("a", "b c")),
        ("x) y ;;", ("y",)),
        ("f() { g; }", ("g",)),
        ('echo "a; b" # c', ("echo", "a; b")),
        ("(a && b)", ("b",)),
        ('A="/bin/x y" b "c"d', ("b", "cd")),
    ],
)
def test_commands_of_shells(text: str, expected: tuple[str, ...]) -> None:
    assert expected in [command.words for command in shell_commands.read(text.encode())]
    assert ("x",) not in [command.words for command in shell_commands.read(text.encode())]


@given(st.binary(max_size=400) | LINES)
def test_any_bytes_are_read(data: bytes) -> None:
    for syntax in settings_lines.SYNTAXES:
        assert all(0 <= item.at < len(data) for item in settings_lines.read(data, syntax))
    for read in (account_lines.read, sudo_rules.read, nfs_exports.read, boot_commands.read):
        assert len(list(read(data))) <= len(data)
        list(read(b"#!" + data))
    list(shell_commands.read(data))
