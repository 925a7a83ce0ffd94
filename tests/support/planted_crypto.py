"""A planted set: one key or certificate of every kind in every kind of container, each of them its own.

    python -m tests.support.planted_crypto FILE      writes the image

Whatever is found must be what was planted, at the place where it was.
"""

import base64
import io
import random
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from tests.support import ber_forms, pc_firmware, signify_files, uefi_images
from tests.support.crypto_carriers import CONTAINERS

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.formats import ber, der
from pellucid.formats import pkcs12 as stores
from pellucid.formats.uefi import secure_boot

# What an EncryptedPrivateKeyInfo (RFC 5958, 3) begins with, behind two headers of 3 and 2 bytes.
PBES2 = bytes.fromhex("06092a864886f70d01050d")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Private = rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Held = tuple[CryptoKind, str]
Made = tuple[bytes, frozenset[Held]]
TRADITIONAL, PKCS8, OPENSSH = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH


@dataclass(frozen=True)
class Planted:
    """`data` is in the image at `path`; `held` is what has to be found in it: kind and fingerprint."""

    path: str
    data: bytes
    held: frozenset[Held]


def curve() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def spki(key: Private | ed448.Ed448PrivateKey | x25519.X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def certificate(key: Private) -> x509.Certificate:
    """A self-signed one, of its own name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"device {random.randbytes(4).hex()}")])
    return (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=3650))
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )


def private(key: Private, encoding: Encoding, form: PrivateFormat, password: bytes = b"") -> Made:
    protection = BestAvailableEncryption(password) if password else NoEncryption()
    data = key.private_bytes(encoding, form, protection)
    if password:
        body = data if encoding is Encoding.DER else base64.b64decode(b"".join(data.split(b"\n")[1:-2]))
        return data, frozenset({(CryptoKind.PRIVATE_KEY, sha256(body).hexdigest())})
    return data, frozenset({(CryptoKind.PRIVATE_KEY, sha256(spki(key)).hexdigest())})


def locked_openssh() -> Made:
    """As PROTOCOL.key of OpenSSH has it: the public half stands before what the password protects."""
    key = ed25519.Ed25519PrivateKey.generate()
    blob = base64.b64decode(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1])
    options = string(random.randbytes(16)) + (16).to_bytes(4, "big")
    body = b"openssh-key-v1\0" + string(b"aes256-ctr") + string(b"bcrypt") + string(options)
    body += (1).to_bytes(4, "big") + string(blob) + string(random.randbytes(144))
    text = base64.encodebytes(body)
    data = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + text + b"-----END OPENSSH PRIVATE KEY-----\n"
    return data, frozenset({(CryptoKind.PRIVATE_KEY, sha256(spki(key)).hexdigest())})


def string(content: bytes) -> bytes:
    """RFC 4251, 5."""
    return len(content).to_bytes(4, "big") + content


def public(key: Private, encoding: Encoding, form: PublicFormat) -> Made:
    held = frozenset({(CryptoKind.PUBLIC_KEY, sha256(spki(key)).hexdigest())})
    return key.public_key().public_bytes(encoding, form), held


def signed(key: Private, encoding: Encoding) -> Made:
    found = certificate(key)
    return found.public_bytes(encoding), frozenset({fingerprint(found)})


def fingerprint(found: x509.Certificate) -> Held:
    return CryptoKind.CERTIFICATE, found.fingerprint(hashes.SHA256()).hex()


def store(password: bytes) -> Made:
    """PKCS#12, with a key and its certificate."""
    key = curve()
    found = certificate(key)
    data = pkcs12.serialize_key_and_certificates(b"me", key, found, None, BestAvailableEncryption(password))
    if password != b"changeit":
        # Its certificates are out of reach; the key, protected once more, stands in the open.
        begin = data.rindex(PBES2) - 5
        body = data[begin : begin + 3 + data[begin + 2]]
        bag = (CryptoKind.PRIVATE_KEY, sha256(body).hexdigest())
        return data, frozenset({(CryptoKind.KEYSTORE, sha256(data).hexdigest()), bag})
    return data, frozenset({fingerprint(found), (CryptoKind.PRIVATE_KEY, sha256(spki(key)).hexdigest())})


def message(encoding: Encoding) -> Made:
    """PKCS#7 that carries two certificates and nothing else."""
    found = [certificate(curve()) for _ in range(2)]
    data = pkcs7.serialize_certificates(found, encoding)
    body = data if encoding is Encoding.DER else base64.b64decode(b"".join(data.split(b"\n")[1:-2]))
    return data, frozenset({*map(fingerprint, found), (CryptoKind.PKCS7, sha256(body).hexdigest())})


def streamed(made: Made, form: str = "") -> Made:
    """A message in BER: no lengths outside the certificates, which stay as they are. In PEM with a `form`."""
    data, held = made
    data = ber_forms.streamed(data, levels=4)
    body = {*held - {(CryptoKind.PKCS7, sha256(made[0]).hexdigest())}, (CryptoKind.PKCS7, sha256(data).hexdigest())}
    if form:
        data = b"-----BEGIN %s-----\n%s-----END %s-----\n" % (form.encode(), base64.encodebytes(data), form.encode())
    return data, frozenset(body)


def signed_message() -> Made:
    """With what is signed, long enough for many segments, and the certificate of the signer."""
    key = curve()
    found = certificate(key)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(random.randbytes(5000)).add_signer(found, key, hashes.SHA256())
    data = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    return data, frozenset({fingerprint(found), (CryptoKind.PKCS7, sha256(data).hexdigest())})


def bare() -> Made:
    """Signed data without a word of what it is, as UEFI has it: without what was signed, too (UEFI 2.10, 8.2.2)."""
    key = curve()
    found = certificate(key)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"variable").add_signer(found, key, hashes.SHA256())
    whole = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature])
    _, wrapped = der.children(whole, der.element(whole, 0))
    data = whole[wrapped.content : wrapped.end]
    return data, frozenset({fingerprint(found), (CryptoKind.PKCS7, sha256(data).hexdigest())})


def authenticated_variable() -> Made:
    """An update of a variable (EFI_VARIABLE_AUTHENTICATION_2), which puts another certificate into it."""
    (signature, signed_by), key = bare(), certificate(curve())
    encoded = key.public_bytes(Encoding.DER)
    data = uefi_images.authenticated(signature, uefi_images.signature_list(secure_boot.X509, encoded))
    return data, signed_by | {fingerprint(key)}


def capsule() -> Made:
    """An update of firmware (EFI_FIRMWARE_IMAGE_AUTHENTICATION)."""
    signature, held = bare()
    body = pc_firmware.managed((), (pc_firmware.payload(random.randbytes(3000), signature=signature),))
    return pc_firmware.capsule(pc_firmware.MANAGEMENT, body), held


def of_signify(write: Callable[[ed25519.Ed25519PrivateKey], bytes], kind: CryptoKind) -> Made:
    """A key in Base64 behind a comment, of signify, usign or minisign."""
    key = ed25519.Ed25519PrivateKey.generate()
    return write(key), frozenset({(kind, sha256(spki(key)).hexdigest())})


def streamed_store(password: bytes, segment: int = 100, *, plain: bool = False) -> Made:
    """PKCS#12 in BER, whose certificate and key lie there in segments; in the open inside it when `plain`."""
    key = curve()
    found = certificate(key)
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
    protection = NoEncryption() if plain else builder.build(password)
    data = pkcs12.serialize_key_and_certificates(b"me", key, found, None, protection)
    if not plain:
        data = ber_forms.streamed_store(data, password.decode(), segment)
    else:
        data = ber_forms.streamed(data, levels=5, segment=segment)
    if password != b"changeit":
        bag = (CryptoKind.PRIVATE_KEY, sha256(shrouded_key(data)).hexdigest())
        return data, frozenset({(CryptoKind.KEYSTORE, sha256(data).hexdigest()), bag})
    return data, frozenset({fingerprint(found), (CryptoKind.PRIVATE_KEY, sha256(spki(key)).hexdigest())})


def shrouded_key(store: bytes) -> bytes:
    """The encrypted key of a store in BER, in DER."""
    parts = stores.read(ber.convert(store, 0, ber.Work()).encoded, ber.Work()).parts
    (bag,) = (bag for part in parts if part.scheme is None for bag in stores.bags(part.content))
    return bag.content


KINDS: dict[str, Callable[[], Made]] = {
    "certificate-ec.pem": lambda: signed(curve(), Encoding.PEM),
    "certificate-ec.der": lambda: signed(curve(), Encoding.DER),
    "certificate-rsa.pem": lambda: signed(rsa_key(), Encoding.PEM),
    "certificate-rsa.der": lambda: signed(rsa_key(), Encoding.DER),
    "certificate-ed25519.pem": lambda: signed(ed25519.Ed25519PrivateKey.generate(), Encoding.PEM),
    "certificate-ed25519.der": lambda: signed(ed25519.Ed25519PrivateKey.generate(), Encoding.DER),
    "pkcs1.pem": lambda: private(rsa_key(), Encoding.PEM, TRADITIONAL),
    "pkcs1.der": lambda: private(rsa_key(), Encoding.DER, TRADITIONAL),
    "sec1.pem": lambda: private(curve(), Encoding.PEM, TRADITIONAL),
    "sec1.der": lambda: private(curve(), Encoding.DER, TRADITIONAL),
    "pkcs8-rsa.pem": lambda: private(rsa_key(), Encoding.PEM, PKCS8),
    "pkcs8-ec.der": lambda: private(curve(), Encoding.DER, PKCS8),
    "pkcs8-ed25519.pem": lambda: private(ed25519.Ed25519PrivateKey.generate(), Encoding.PEM, PKCS8),
    "pkcs8-encrypted.pem": lambda: private(curve(), Encoding.PEM, PKCS8, b"hard to guess"),
    "pkcs8-encrypted.der": lambda: private(curve(), Encoding.DER, PKCS8, b"hard to guess"),
    "openssh-ed25519.pem": lambda: private(ed25519.Ed25519PrivateKey.generate(), Encoding.PEM, OPENSSH),
    "openssh-locked.pem": locked_openssh,
    "dsa.pem": lambda: private(dsa.generate_private_key(1024), Encoding.PEM, TRADITIONAL),
    "public-ec.pem": lambda: public(curve(), Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "public-rsa.der": lambda: public(rsa_key(), Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "ssh-ed25519.pub": lambda: public(ed25519.Ed25519PrivateKey.generate(), Encoding.OpenSSH, PublicFormat.OpenSSH),
    "ssh-rsa.pub": lambda: public(rsa_key(), Encoding.OpenSSH, PublicFormat.OpenSSH),
    "signify.pub": lambda: of_signify(signify_files.public, CryptoKind.PUBLIC_KEY),
    "signify.sec": lambda: of_signify(signify_files.secret, CryptoKind.PRIVATE_KEY),
    "minisign.key": lambda: of_signify(signify_files.minisign, CryptoKind.PRIVATE_KEY),
    "open.p12": lambda: store(b"changeit"),
    "locked.p12": lambda: store(random.randbytes(12).hex().encode()),
    "two.p7b": lambda: message(Encoding.DER),
    "two.p7b.pem": lambda: message(Encoding.PEM),
    "signed.p7m": signed_message,
    "bare.p7": bare,
    "db.auth": authenticated_variable,
    "update.cap": capsule,
    "two-ber.p7b": lambda: streamed(message(Encoding.DER)),
    "signed-ber.p7m": lambda: streamed(signed_message()),
    "signed-ber.pem": lambda: streamed(signed_message(), "CMS"),
    "open-ber.p12": lambda: streamed_store(b"changeit"),
    "open-ber-long-segments.p12": lambda: streamed_store(b"changeit", 1000),
    "locked-ber.p12": lambda: streamed_store(random.randbytes(12).hex().encode()),
    "plain-ber.p12": lambda: streamed_store(b"changeit", plain=True),
    "plain-ber-long-segments.p12": lambda: streamed_store(b"changeit", 1 << 16, plain=True),
}


# What is a line of its own is not looked for in the middle of others.
WHOLE_FILES = ("ssh-ed25519.pub", "ssh-rsa.pub")
EMBEDDING = ("unknown", "program", "variable", "pe")


def planted() -> Iterator[Planted]:
    """All combinations; new keys each time."""
    for container, wrap in CONTAINERS.items():
        for kind, make in KINDS.items():
            if kind in WHOLE_FILES and container in EMBEDDING:
                continue
            data, held = make()
            yield Planted(path=f"{container}/{kind}.bin", data=wrap(data), held=held)


def image(parts: list[Planted]) -> bytes:
    """All of them in one tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for part in parts:
            member = tarfile.TarInfo(part.path)
            member.size = len(part.data)
            archive.addfile(member, io.BytesIO(part.data))
    return buffer.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(image(list(planted())))
