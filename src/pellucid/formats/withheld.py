"""Text of configurations and commands without the secrets in it, for facts that show such text."""

import re

HIDDEN = "***"
# The value of a setting whose name says that it is secret; a login in an address; what HTTP sends; an option.
SETTING = re.compile(
    r"(?i)([\w.\-]{0,64}(?:passw|passphrase|_pass\b|\bpass\b|pwd|secret|token|api_?key|access_?key|private_?key|credential|auth_?key|psk)"
    r"[\w.\-]{0,64}[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?)[^\s\"'&;|]{1,4096}"
)
OPTION = re.compile(r"(?i)(--?(?:pass(?:word|wd|phrase)?|token|secret)[ =][\"']?)[^\s\"'&;|]{1,4096}")
LOGIN = re.compile(r"((?:-u|--(?:proxy-)?user)[ =]?[\"']?[\w.@\-]{1,64}:|sshpass -p ?)[^\s\"'&;|]{1,256}")
ADDRESS = re.compile(r"(://[^\s/:@\"']{0,128}:)[^\s/@\"']{1,512}@")
AUTHORIZATION = re.compile(r"(?i)\b(basic|bearer|token) [\w.~+/\-]{8,4096}=*")
ACCOUNT = re.compile(r"([\w.\-]{1,64}:)[^\s\"'|]{1,256}([\"']?[ \t]{0,4}\|[^|]{0,64}chpasswd)")
# Tokens: letters of both cases and digits by turns. Digests are in small letters, paths have slashes.
TOKEN = re.compile(
    r"(?<![\w/.\-+])(?=[\w\-+=]{0,200}[0-9])(?=[\w\-+=]{0,200}[a-z])(?=[\w\-+=]{0,200}[A-Z])[\w\-+=]{20,4096}"
)


def withheld(text: str) -> str:
    """The same with three asterisks in the place of whatever looks like a secret."""
    text = SETTING.sub(rf"\1{HIDDEN}", text)
    text = OPTION.sub(rf"\1{HIDDEN}", text)
    text = LOGIN.sub(rf"\1{HIDDEN}", text)
    text = ADDRESS.sub(rf"\1{HIDDEN}@", text)
    text = AUTHORIZATION.sub(rf"\1 {HIDDEN}", text)
    text = ACCOUNT.sub(rf"\1{HIDDEN}\2", text)
    return TOKEN.sub(HIDDEN, text)
