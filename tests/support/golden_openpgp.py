"""Golden inputs with OpenPGP keys, made once with gpg."""

import os
import subprocess
from pathlib import Path

from tests.support.golden_crypto import Make, write_missing

MADE_BY = "gpg, once (tests/support/golden_openpgp.py); new keys whenever it is built again"
OPENPGP = "crypto/openpgp_keys"


def build(root: Path) -> None:
    """Write the cases that are missing."""
    write_missing(root, CASES, MADE_BY)


def gpg(folder: Path, *command: str) -> bytes:
    """What gpg writes, with its home in `folder`."""
    home = folder / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    options = ("--batch", "--quiet", "--pinentry-mode", "loopback", "--no-emit-version")
    environment = {**os.environ, "GNUPGHOME": str(home)}
    try:
        return subprocess.run(["gpg", *options, *command], check=True, capture_output=True, env=environment).stdout
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False, capture_output=True, env=environment)


def made(folder: Path, kind: str, password: str = "", expires: str = "2y") -> None:
    gpg(folder, "--passphrase", password, "--quick-gen-key", "Builder <builder@example>", kind, "default", expires)


def with_subkey(folder: Path) -> None:
    """A key for signatures with a subkey for messages, which ends earlier."""
    made(folder, "ed25519")
    listed = gpg(folder, "--list-keys", "--with-colons").decode()
    fingerprint = next(line.split(":")[9] for line in listed.split("\n") if line.startswith("fpr"))
    gpg(folder, "--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", "1y")


def armoured(folder: Path) -> bytes:
    with_subkey(folder)
    return b"#!/bin/sh\ngpg --import <<EOF\n" + gpg(folder, "--armor", "--export") + b"EOF\n"


def ring(folder: Path) -> bytes:
    made(folder, "rsa1024")
    gpg(folder, "--passphrase", "", "--quick-gen-key", "Other <other@example>", "nistp256", "default", "0")
    gpg(folder, "--passphrase", "", "--quick-gen-key", "Old <old@example>", "dsa1024", "default", "0")
    return gpg(folder, "--export")


def box(folder: Path) -> bytes:
    made(folder, "ed25519")
    return (folder / "home" / "pubring.kbx").read_bytes()


def secret(folder: Path, password: str) -> bytes:
    made(folder, "ed25519", password)
    return gpg(folder, "--passphrase", password, "--export-secret-keys")


def signature(folder: Path) -> bytes:
    made(folder, "ed25519")
    (folder / "text").write_text("what is signed", encoding="utf-8")
    return gpg(folder, "--passphrase", "", "--output", "-", "--detach-sign", str(folder / "text"))


CASES: dict[str, tuple[Make, str]] = {
    f"{OPENPGP}/armoured": (armoured, "a key and a subkey in armour, in a script"),
    f"{OPENPGP}/ring": (ring, "RSA, ECDSA and DSA keys as a key ring has them"),
    f"{OPENPGP}/box": (box, "a key box of GnuPG"),
    f"{OPENPGP}/secret": (lambda at: secret(at, ""), "a private key"),
    f"{OPENPGP}/secret-encrypted": (lambda at: secret(at, "hgT5"), "an encrypted private key"),
    f"{OPENPGP}/signature": (signature, "a signature, and no key"),
    f"{OPENPGP}/labels": (
        lambda _: b"grep -e '-----BEGIN PGP PUBLIC KEY BLOCK-----'\n-----BEGIN PGP PUBLIC KEY BLOCK-----\nnothing\n",
        "a script that looks for keys",
    ),
}
