"""Golden inputs with SSH keys, key stores and signed messages, made once with the programs that usually make them."""

import base64
import struct
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.golden_crypto import Make, in_data, run, write_missing

MADE_BY = "ssh-keygen and others, once (tests/support/golden_keys.py); new keys whenever it is built again"
SSH = "crypto/ssh_keys"


def build(root: Path) -> None:
    """Write the cases that are missing."""
    write_missing(root, CASES, MADE_BY)


def ssh(folder: Path, kind: str, *options: str, comment: str = "") -> str:
    """The public key that ssh-keygen writes beside a private one."""
    path = folder / kind
    path.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", comment, "-f", str(path), *options)
    return path.with_suffix(".pub").read_text(encoding="utf-8").strip()


def authorized_keys(folder: Path) -> bytes:
    elliptic, edwards = ssh(folder, "ecdsa", comment="builder@example"), ssh(folder, "ed25519")
    small = ssh(folder, "rsa", "-b", "1024", comment="old key")
    return f'# who may\n{elliptic}\nno-pty,command="reset --all" {edwards}\n\n{small}\r\n'.encode()


def known_hosts(folder: Path) -> bytes:
    edwards = ssh(folder, "ed25519")
    return (
        f"update.example,192.0.2.7 {edwards}\n|1|c2FsdA==|aGFzaA== {edwards}\nother.example ssh-rsa AAAAB3Nz\n".encode()
    )


def rfc4716(folder: Path) -> bytes:
    ssh(folder, "rsa", "-b", "2048")
    made = run("ssh-keygen", "-e", "-f", str(folder / "rsa.pub")).split(b"\n")
    return b"\n".join([made[0], b'Comment: "RSA key of a router"', *made[2:]])


def ssh_certificate(folder: Path) -> bytes:
    ssh(folder, "ecdsa")
    ssh(folder, "ed25519", comment="host key")
    limits = ("-h", "-n", "router.example,192.0.2.1", "-V", "20200101000000Z:20300101000000Z", "-z", "4711")
    run("ssh-keygen", "-q", "-s", str(folder / "ecdsa"), "-I", "router 7", *limits, str(folder / "ed25519.pub"))
    return (folder / "ed25519-cert.pub").read_bytes()


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def ecdsa_blob(key: ec.EllipticCurvePrivateKey) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(point)


def dropbear(_: Path) -> bytes:
    """A host key as Dropbear keeps it: the public key, then the private number."""
    key = ec.generate_private_key(ec.SECP256R1())
    return ecdsa_blob(key) + string(key.private_numbers().private_value.to_bytes(33, "big"))


def putty(_: Path) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.encodebytes(ecdsa_blob(key)).decode().replace("\n", "")
    lines = "\n".join(public[at : at + 64] for at in range(0, len(public), 64))
    head = "PuTTY-User-Key-File-2: ecdsa-sha2-nistp256\nEncryption: aes256-cbc\nComment: admin key\n"
    return f"{head}Public-Lines: {lines.count(chr(10)) + 1}\n{lines}\nPrivate-Lines: 1\nAAAA\n".encode()


def wire(_: Path) -> bytes:
    return in_data(ecdsa_blob(ec.generate_private_key(ec.SECP256R1())))


CASES: dict[str, tuple[Make, str]] = {
    f"{SSH}/authorized-keys": (authorized_keys, "three keys that may log in: with a comment, with options, with CRLF"),
    f"{SSH}/known-hosts": (known_hosts, "keys of hosts, one with hashed names, and one that is cut off"),
    f"{SSH}/rfc4716": (rfc4716, "an RSA key as RFC 4716 writes it"),
    f"{SSH}/certificate": (ssh_certificate, "a certificate of OpenSSH for a host"),
    f"{SSH}/dropbear": (dropbear, "a host key of Dropbear, which is private"),
    f"{SSH}/putty": (putty, "an encrypted private key of PuTTY"),
    f"{SSH}/wire": (wire, "a key among unknown bytes, as it goes over the wire"),
    f"{SSH}/names": (
        lambda _: in_data(string(b"ssh-rsa"), string(b"ssh-ed25519") + string(bytes(32)), b"AAAAB3NzaC1yc2EAAAAA"),
        "names and constants with which programs write keys",
    ),
}
