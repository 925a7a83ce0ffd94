"""Golden inputs of secrets. All of them are made from templates, and nobody's."""

import hashlib
from collections.abc import Iterator

from tests.support.golden_case import Case
from tests.support.pe_images import image
from tests.support.planted_secrets import user_string
from tests.support.synthetic_secrets import filled

UNIT = "secrets/exposed_secrets"
CONFIGURATION = """# settings of the device
wpa_passphrase={{pass:12}}
[cloud]
aws_access_key_id = AKIA{{base32:15}}7
aws_secret_access_key = {{alnum:40}}
url = https://updater:{{pass:12}}@updates.acme.io/fw
admin_password = admin
"""
SCRIPT = """#!/bin/sh
export GITHUB_TOKEN={{crc62:ghp_}}
echo "root:{{pass:10}}" | chpasswd
curl -H "Authorization: Bearer $TOKEN" https://api.acme.io
"""
EXPORT = """Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\\Software\\Acme]
"Token"="{{crc62:ghp_}}"
Password={{pass:12}}
Password=$env:PASSWORD
"""
PLACEHOLDERS = """# template, nothing of it is meant
password = ${PASSWORD}
api_key = "your-api-key-goes-here-0123456789"
wpa_passphrase=xxxxxxxxxx
token = ghp_000000000000000000000000000000000000
"""


HASHES = "secrets/password_hashes"
# Made by libxcrypt; the passwords are "admin", "root", "toor", and one that is in no list.
SHADOW = """root:{root}:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
admin:{admin}:19000:0:99999:7:::
service:{strong}:19000:0:99999:7:::
guest::19000:0:99999:7:::
locked:!{root}:19000:0:99999:7:::
"""
PASSWD = """root:{des}:0:0:root:/root:/bin/sh
nobody::65534:65534:nobody:/:/bin/false
support::0:0::/:/bin/sh
daemon:x:1:1:daemon:/:/bin/sh
"""
MADE = {
    "root": "$1$Xy3kPq9d$xuVDOHOvf8Vnjg626I35f0",
    "admin": "$6$Qm2vLx8sTz4w$Ci6eUyjHi8Yji5Zw.cxENaNWXiC1V72H5civ7M8DnaYpvqSbsX6SS1ULBxBZzfaiFgYx.P5I3sJaNrVrbcUvb1",
    "strong": "$5$Wn5bHc7yRk1p$vyCstwmz99HCKiIx97MD2XdAH6AGDBWOhi..IrmU05A",
    "des": "AbgYSnXDm2rfM",
}
APACHE = "$apr1$Zk4mVb2x$POAMr8dSsB5QzbpYRYq6P."


def cases() -> Iterator[Case]:
    yield Case(f"{UNIT}/configuration", filled(CONFIGURATION).encode(), "a configuration with keys and passwords")
    yield Case(f"{UNIT}/script", filled(SCRIPT).encode(), "a script with a token, and one that takes it from elsewhere")
    yield Case(f"{UNIT}/placeholders", PLACEHOLDERS.encode(), "a template: what stands there are no secrets")
    yield Case(f"{UNIT}/prose", b"The password must have eight characters.\n", "a sentence about passwords")
    strings = (
        b"\x7fELF" + bytes(60) + filled("\0{{crc62:npm_}}\0xoxb-{{digit:12}}-{{digit:12}}-{{alnum:24}}\0").encode()
    )
    yield Case(f"{UNIT}/program", strings, "strings of a program, two of them tokens")
    export = "\ufeff" + filled(EXPORT).replace("\n", "\r\n")
    yield Case(f"{UNIT}/export", export.encode("utf-16-le"), "an export of a registry, in UTF-16 with its mark")
    big = filled("Server=db1;Database=prod;User Id=app;Password={{pass:12}};").encode("utf-16-be")
    yield Case(
        f"{UNIT}/big_endian", bytes(range(1, 64)) + big + b"\1", "a connection string in UTF-16, highest byte first"
    )
    heap = user_string(filled("{{crc62:npm_}}").encode()) + user_string(b"Password: {0}")
    yield Case(
        f"{UNIT}/assembly", image({".text": b"#US\0\0" + heap}), "user strings of an assembly, one of them a token"
    )
    yield Case(f"{HASHES}/shadow", SHADOW.format(**MADE).encode(), "a shadow file: hashes, locked and empty fields")
    yield Case(f"{HASHES}/passwd", PASSWD.format(**MADE).encode(), "a passwd file: a hash of DES, two empty fields")
    yield Case(f"{HASHES}/htpasswd", f"operator:{APACHE}\n".encode(), "a login that htpasswd made")
    program = b"\x7fELF" + bytes(60) + f"\0{MADE['root']}\0:$1$\0%s:$6$%s$\0".encode()
    yield Case(f"{HASHES}/program", program, "a hash in a program, and parts of formats")
    locked = b"root:*:19000:0:99999:7:::\ndaemon:!:19000:0:99999:7:::\nnobody:x:65534:65534::/:/bin/sh\n"
    yield Case(f"{HASHES}/locked", locked, "accounts that nobody can log in to with a password")
    fake = b"\x7fELF" + bytes(60) + b"\0$2a$10$" + b"x" * 53 + b"\0"
    yield Case(f"{HASHES}/fake", fake, "what a server compares with for accounts that it does not know")
    chap = filled('# client server secret addresses\n"line7@isp" * "{{pass:12}}"\nbackup * {{pass:10}} *\n')
    yield Case("secrets/login_files/chap", chap.encode(), "chap-secrets of pppd with two logins")
    more = filled(
        "office gate {{pass:11}} 10.7.0.0/24 !10.7.0.9 # east\n@/etc/ppp/more\ndial * {{pass:9}} * -- mtu 1400\n"
    )
    yield Case("secrets/login_files/addresses", more.encode(), "chap-secrets with addresses, an option, a remark")
    prose = "This text is about\nthree words here\nand what they may be\ntaken for by those\nwho do not read\n" * 3
    yield Case("secrets/login_files/prose", prose.encode(), "a text, a line of which has three words")
    yield Case("secrets/login_files/vnc", bytes.fromhex("dbd83cfd727a1458"), "the file of VNC for a known password")
    yield Case("secrets/login_files/comments", b"# client server secret addresses\n", "chap-secrets without a login")
    logins = [("admin", "Router", "admin"), ("service", "Router", "Zu4-nobody-knows-this")]
    lines = [f"{user}:{realm}:{digest(f'{user}:{realm}:{word}')}\n" for user, realm, word in logins]
    yield Case("secrets/digest_logins/htdigest", "".join(lines).encode(), "what htdigest wrote, one password is common")
    sums = f"bin/tool:first:{digest('x')}\ntool:1024:{digest('y')}\n"
    yield Case("secrets/digest_logins/sums", sums.encode(), "sums of files")
    mixed = f"operator:Camera:{digest('z')}\nThe hash of RFC 7616 stands above.\n"
    yield Case("secrets/digest_logins/mixed", mixed.encode(), "a text that shows a login")


def digest(text: str) -> str:
    """MD5, as HTTP uses it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
