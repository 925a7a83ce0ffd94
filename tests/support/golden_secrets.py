"""Golden inputs of secrets. All of them are made from templates, and nobody's."""

from collections.abc import Iterator

from tests.support.golden_case import Case
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
PLACEHOLDERS = """# template, nothing of it is meant
password = ${PASSWORD}
api_key = "your-api-key-goes-here-0123456789"
wpa_passphrase=xxxxxxxxxx
token = ghp_000000000000000000000000000000000000
"""


def cases() -> Iterator[Case]:
    yield Case(f"{UNIT}/configuration", filled(CONFIGURATION).encode(), "a configuration with keys and passwords")
    yield Case(f"{UNIT}/script", filled(SCRIPT).encode(), "a script with a token, and one that takes it from elsewhere")
    yield Case(f"{UNIT}/placeholders", PLACEHOLDERS.encode(), "a template: what stands there are no secrets")
    yield Case(f"{UNIT}/prose", b"The password must have eight characters.\n", "a sentence about passwords")
    strings = (
        b"\x7fELF" + bytes(60) + filled("\0{{crc62:npm_}}\0xoxb-{{digit:12}}-{{digit:12}}-{{alnum:24}}\0").encode()
    )
    yield Case(f"{UNIT}/program", strings, "strings of a program, two of them tokens")
