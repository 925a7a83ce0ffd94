"""Hashes of passwords as Unix keeps them (crypt(5)), and whether a password has one of them.

The hash is made by libcrypt (libxcrypt: DES, MD5, SHA-256, SHA-512, bcrypt, yescrypt), which is loaded when it is first
asked for; what Apache's htpasswd makes besides is computed here. Python's own module `crypt` was removed in 3.13, and
none of the libraries that take its place has all of these schemes.
"""

import ctypes
import re
from base64 import b64encode
from functools import cache
from hashlib import md5, sha1

from pellucid.errors import MissingLibrary

LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2", "libcrypt.so")
# struct crypt_data of libxcrypt; that of glibc is larger (131,232 bytes).
DATA_SIZE = 1 << 18
LONGEST_PASSWORD = 128
# What the costs of a hash may be; whoever writes the hash chooses them.
MOST_ROUNDS = 100_000
MOST_BCRYPT = 11
SHA1 = "{SHA}"
APACHE_TURNS = 1000
DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE64 = r"[./0-9A-Za-z]"
HASH = re.compile(
    rf"\$1\${BASE64}{{1,8}}\${BASE64}{{22}}"
    rf"|\$5\$(?:rounds=\d{{4,9}}\$)?{BASE64}{{1,16}}\${BASE64}{{43}}"
    rf"|\$6\$(?:rounds=\d{{4,9}}\$)?{BASE64}{{1,16}}\${BASE64}{{86}}"
    rf"|\$2[abxy]\$\d\d\${BASE64}{{53}}"
    rf"|\$y\${BASE64}{{1,8}}\${BASE64}{{1,86}}\${BASE64}{{43}}"
    rf"|\$7\${BASE64}{{11}}{BASE64}{{1,86}}\${BASE64}{{43}}"
    rf"|\$apr1\${BASE64}{{1,8}}\${BASE64}{{22}}"
    r"|\{SHA\}[A-Za-z0-9+/]{27}=",
)
DES = re.compile(rf"{BASE64}{{13}}")
SCHEMES = {
    "1": "MD5", "5": "SHA-256", "6": "SHA-512", "2a": "bcrypt", "2b": "bcrypt", "2x": "bcrypt", "2y": "bcrypt",
    "y": "yescrypt", "7": "scrypt", "apr1": "MD5 of Apache",
}  # fmt: skip
COST = re.compile(r"rounds=(\d+)|\$2[abxy]\$(\d\d)")
# Milliseconds of a usual processor for one password; of those with rounds, for as many as there are without a word.
COSTS = {
    "DES": 0.03, "MD5": 0.15, "SHA-1": 0.01, "MD5 of Apache": 0.6, "SHA-256": 1.4, "SHA-512": 1.1, "yescrypt": 25.0,
}  # fmt: skip
USUAL_ROUNDS = 5000
BCRYPT_COST = 0.05
# Of yescrypt, what j9T stands for is the usual; each further digit doubles it, and other letters are other block sizes.
USUAL_YESCRYPT = ("$y$j7T$", "$y$j8T$", "$y$j9T$")


def scheme_of(hashed: str) -> str:
    """ "MD5", "SHA-512", "DES", ...; "" for what is no hash of a password."""
    if HASH.fullmatch(hashed):
        return "SHA-1" if hashed.startswith(SHA1) else SCHEMES[hashed.split("$")[1]]
    return "DES" if DES.fullmatch(hashed) else ""


def is_affordable(hashed: str) -> bool:
    """Whether trying one password takes less than about a tenth of a second."""
    if hashed.startswith("$7$"):
        return False
    if hashed.startswith("$y$"):
        return hashed.startswith(USUAL_YESCRYPT)
    cost = COST.search(hashed)
    return cost is None or (int(cost[1]) <= MOST_ROUNDS if cost[1] else int(cost[2]) <= MOST_BCRYPT)


def cost(hashed: str) -> float:
    """About how many milliseconds it takes to try one password; the same for the same hash on every machine."""
    scheme, stated = scheme_of(hashed), COST.search(hashed)
    if scheme == "bcrypt" and stated:
        return BCRYPT_COST * (1 << int(stated[2]))
    rounds = int(stated[1]) if stated and stated[1] else USUAL_ROUNDS
    return COSTS.get(scheme, max(COSTS.values())) * max(rounds / USUAL_ROUNDS, 1)


def matches(password: str, hashed: str) -> bool:
    """Whether it is the password of the hash. Raises MissingLibrary."""
    secret = password.encode()[:LONGEST_PASSWORD]
    if b"\0" in secret:
        return False
    if hashed.startswith("$apr1$"):
        return md5_of_apache(secret, hashed.split("$")[2].encode()) == hashed
    if hashed.startswith(SHA1):
        return SHA1 + b64encode(sha1(secret, usedforsecurity=False).digest()).decode() == hashed
    return _loaded()(secret, hashed.encode("ascii", "replace")) == hashed


def md5_of_apache(secret: bytes, salt: bytes) -> str:
    """The hash that htpasswd makes (apr_md5.c of Apache's portable runtime): that of FreeBSD with another magic."""
    inner = md5(secret + salt + secret, usedforsecurity=False).digest()
    mixed = secret + b"$apr1$" + salt + (inner * (len(secret) // len(inner) + 1))[: len(secret)]
    length = len(secret)
    while length:
        mixed += b"\0" if length & 1 else secret[:1]
        length >>= 1
    found = md5(mixed, usedforsecurity=False).digest()
    for turn in range(APACHE_TURNS):
        part = secret if turn % 2 else found
        part += salt if turn % 3 else b""
        part += secret if turn % 7 else b""
        found = md5(part + (found if turn % 2 else secret), usedforsecurity=False).digest()
    order = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
    text = "".join(_digits(found[a] << 16 | found[b] << 8 | found[c], 4) for a, b, c in order)
    return f"$apr1${salt.decode('ascii')}${text}{_digits(found[11], 2)}"


def _digits(number: int, count: int) -> str:
    return "".join(DIGITS[number >> 6 * place & 0x3F] for place in range(count))


class _Crypt:
    """crypt_r(3) with room of its own."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._call = library.crypt_r
        self._call.restype = ctypes.c_char_p
        self._call.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
        self._data = ctypes.create_string_buffer(DATA_SIZE)

    def __call__(self, password: bytes, setting: bytes) -> str:
        found = self._call(password, setting, self._data)
        return found.decode("ascii", "replace") if found else ""


@cache
def _loaded() -> _Crypt:
    for name in LIBRARIES:
        try:
            return _Crypt(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    raise MissingLibrary("passwords cannot be tried: libcrypt is not installed (Debian package libcrypt1)")
