"""Golden inputs with SSH keys, key stores and signed messages, made once with the programs that usually make them."""

import base64
import struct
from hashlib import sha1
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.ber_forms import streamed, streamed_store, with_attached
from tests.support.golden_crypto import Make, certificate, certificate_der, in_data, run, write_missing
from tests.support.uefi_images import authenticated

from pellucid.formats import der

MADE_BY = "ssh-keygen and others, once (tests/support/golden_keys.py); new keys whenever it is built again"
SSH, STORES, MESSAGES = "crypto/ssh_keys", "crypto/keystores", "crypto/pkcs7_messages"


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


def pkcs12(folder: Path, password: str, *options: str) -> bytes:
    """A store with a certificate and its key."""
    pem, key = certificate(folder), folder / "key.pem"
    (folder / "certificate.pem").write_bytes(pem)
    given = ("-inkey", str(key), "-in", str(folder / "certificate.pem"), "-name", "device")
    return run("openssl", "pkcs12", "-export", *given, *options, "-passout", f"pass:{password}")


def no_mac(folder: Path) -> bytes:
    """Without what shows that a password is right, and with keys and certificates in the open."""
    return pkcs12(folder, "", "-keypbe", "NONE", "-certpbe", "NONE", "-nomac")


def java(folder: Path, password: str, magic: int = 0xFEEDFEED) -> bytes:
    """A trusted certificate, and a key with its certificate."""
    trusted, own = certificate_der(folder), certificate_der(folder)
    head = struct.pack(">III", magic, 2, 2)
    first = struct.pack(">I", 2) + java_text("authority") + bytes(8) + java_text("X.509") + string(trusted)
    second = struct.pack(">I", 1) + java_text("device") + bytes(8) + string(protected(folder, password))
    second += struct.pack(">I", 1) + java_text("X.509") + string(own)
    content = head + first + second
    return content + sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + content).digest()


def protected(folder: Path, password: str) -> bytes:
    """The last key that was made, as JKS encrypts it."""
    plain = run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", str(folder / "key.pem"), "-outform", "DER")
    secret, salt = password.encode("utf-16-be"), bytes(range(20))
    stream, digest = b"", salt
    while len(stream) < len(plain):
        digest = sha1(secret + digest).digest()
        stream += digest
    hidden = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    content = salt + hidden + sha1(secret + plain).digest()
    algorithm = bytes.fromhex("300e060a2b060104012a021101010500")
    body = algorithm + b"\x04\x81" + bytes([len(content)]) + content
    return b"\x30\x81" + bytes([len(body)]) + body


def java_text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def message(folder: Path, *options: str) -> bytes:
    """A message that a certificate signs, which lies in it."""
    (folder / "certificate.pem").write_bytes(certificate(folder))
    (folder / "text").write_text("what is signed", encoding="utf-8")
    signer = ("-signer", str(folder / "certificate.pem"), "-inkey", str(folder / "key.pem"))
    return run("openssl", "cms", "-sign", "-in", str(folder / "text"), "-binary", "-outform", "DER", *signer, *options)


def bare(folder: Path) -> bytes:
    """The inner half of a message, without attributes, as UEFI signs."""
    whole = message(folder, "-noattr")
    _, wrapped = der.children(whole, der.element(whole, 0))
    return whole[wrapped.content : wrapped.end]


def authenticode(folder: Path) -> bytes:
    """The signature of a program: what is signed has an object identifier that is Microsoft's."""
    return in_data(message(folder, "-nodetach", "-econtent_type", "1.3.6.1.4.1.311.2.1.4"))


def attached(folder: Path) -> bytes:
    """Signatures and a time stamp as signtool attaches them, in attributes of Microsoft's."""
    (first, second), program = (message(folder, "-noattr") for _ in range(2)), authenticode(folder)[3:-3]
    stamp = message(folder, "-nodetach", "-econtent_type", "1.2.840.113549.1.9.16.1.4")
    signatures, stamps = "2b060104018237020401", "2b060104018237030301"
    return with_attached(program, (signatures, first + second), (stamps, stamp), (stamps, b"\x30\x03\x02\x01\x01"))


def bundle(folder: Path) -> bytes:
    """Two certificates in a message that nobody signed."""
    for name in ("one", "two"):
        (folder / name).write_bytes(certificate(folder))
    files = ("-certfile", str(folder / "one"), "-certfile", str(folder / "two"))
    return run("openssl", "crl2pkcs7", "-nocrl", *files)


def enveloped(folder: Path) -> bytes:
    (folder / "certificate.pem").write_bytes(certificate(folder))
    options = ("-encrypt", "-aes128", "-binary", "-outform", "DER")
    return run("openssl", "cms", *options, str(folder / "certificate.pem"), given=b"what is hidden")


LEGACY = ("-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1")
CASES: dict[str, tuple[Make, str]] = {
    f"{STORES}/pkcs12": (lambda at: pkcs12(at, "changeit"), "a store of today with a password that everybody knows"),
    f"{STORES}/pkcs12-legacy": (lambda at: pkcs12(at, "password", *LEGACY), "a store as it was made until 2021"),
    f"{STORES}/pkcs12-empty": (lambda at: in_data(pkcs12(at, "")), "a store with an empty password, in unknown data"),
    f"{STORES}/pkcs12-no-mac": (lambda at: pkcs12(at, "changeme", "-nomac"), "a store that does not check passwords"),
    f"{STORES}/pkcs12-locked": (lambda at: pkcs12(at, "hgT5-unknown"), "a store that nobody can open"),
    f"{STORES}/pkcs12-slow": (
        lambda at: pkcs12(at, "changeit", "-iter", "6000000"),
        "a store whose password takes too long to try",
    ),
    f"{STORES}/pkcs12-open": (no_mac, "a store in which nothing is hidden: its content is found by other units"),
    f"{STORES}/pkcs12-ber": (
        lambda at: streamed_store(pkcs12(at, "changeit"), "changeit"),
        "a store in BER, as BouncyCastle and NSS write it, in segments of 1000 bytes",
    ),
    f"{STORES}/jks": (lambda at: java(at, "changeit"), "a JKS store with a password that everybody knows"),
    f"{STORES}/jks-locked": (lambda at: java(at, "hgT5-unknown"), "a JKS store that nobody can open"),
    f"{STORES}/jceks": (lambda at: java(at, "secret", 0xCECECECE), "a JCEKS store"),
    f"{STORES}/damaged": (lambda at: java(at, "changeit")[:-300], "a JKS store without its end"),
    "crypto/x509_certificates/jks": (lambda at: java(at, "changeit"), "two certificates in a JKS store"),
    "crypto/private_keys/pkcs12-open": (no_mac, "a key in a PKCS#12 store in which nothing is hidden"),
    "crypto/private_keys/pkcs12-locked": (
        lambda at: pkcs12(at, "hgT5-unknown"),
        "an encrypted key in a PKCS#12 store, which another unit tells of",
    ),
    f"{MESSAGES}/authenticode": (authenticode, "the signature of a program, in unknown data"),
    f"{MESSAGES}/detached": (
        lambda at: message(at, "-nocerts", "-noattr"),
        "a signature as kernel modules have it, without certificate",
    ),
    f"{MESSAGES}/key-id": (lambda at: message(at, "-keyid"), "a signer who is named by the identifier of a key"),
    f"{MESSAGES}/bundle": (bundle, "certificates in PEM, which nobody signed"),
    f"{MESSAGES}/enveloped": (enveloped, "a message for somebody"),
    f"{MESSAGES}/streamed": (
        lambda at: streamed(message(at), levels=4),
        "a signature in BER: no lengths outside the certificates",
    ),
    f"{MESSAGES}/variable": (
        lambda at: authenticated(bare(at), b"the new value"),
        "the signature of a variable of UEFI, with a time and the value",
    ),
    f"{MESSAGES}/bare": (lambda at: in_data(bare(at)), "signed data that nothing says is some, in unknown data"),
    f"{MESSAGES}/no-signature": (
        lambda _: in_data(authenticated(b"\x30\x03\x02\x01\x01", b"")),
        "a variable of UEFI whose signature is none",
    ),
    f"{MESSAGES}/attached": (
        attached,
        "the signature of a program with two more and a time stamp attached, and an attribute that holds no message",
    ),
    f"{MESSAGES}/damaged": (lambda at: message(at)[:-9], "a signature without its end"),
    "crypto/x509_certificates/pkcs7": (bundle, "two certificates in a PKCS#7 message in PEM"),
    "crypto/x509_certificates/authenticode": (authenticode, "a certificate in the signature of a program"),
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
