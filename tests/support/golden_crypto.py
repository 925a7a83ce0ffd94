"""Golden inputs with keys and certificates, made once with openssl and ssh-keygen."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.elf_files import elf_file
from tests.support.golden_case import Case, write

MADE_BY = "openssl and ssh-keygen, once (tests/support/golden_crypto.py); new keys whenever it is built again"
CERTIFICATES, PRIVATE, PUBLIC = "crypto/x509_certificates", "crypto/private_keys", "crypto/public_keys"


SERVER_EXTENSIONS = """basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyAgreement, encipherOnly
extendedKeyUsage = serverAuth, clientAuth, 1.3.6.1.4.1.55555.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:www.router.example, DNS:*.router.example, IP:192.0.2.1, IP:2001:db8::1, URI:urn:acme:1, \
    email:root@router.example, dirName:name
[name]
CN = somebody
"""


def build(root: Path) -> None:
    """Write the cases that are missing."""
    write_missing(root, CASES, MADE_BY)


def write_missing(root: Path, cases: "Mapping[str, tuple[Make, str]]", made_by: str) -> None:
    """Write those of `cases` that are missing; each is made in a folder of its own."""
    for name, (make, what) in cases.items():
        if not (root / name / "input").exists():
            with tempfile.TemporaryDirectory() as folder:
                write(root, Case(name, make(Path(folder)), what), made_by)


def run(*command: str, given: bytes = b"") -> bytes:
    return subprocess.run(command, check=True, capture_output=True, input=given).stdout


def ec_key() -> bytes:
    return run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def rsa_key() -> bytes:
    return run("openssl", "genrsa", "-traditional", "1024")


def ed_key() -> bytes:
    return run("openssl", "genpkey", "-algorithm", "ED25519")


def der(pem: bytes, *options: str) -> bytes:
    return run("openssl", "pkey", "-outform", "DER", *options, given=pem)


def pkcs8(pem: bytes) -> bytes:
    return run("openssl", "pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=pem)


def sec1(pem: bytes, form: str) -> bytes:
    return run("openssl", "ec", "-outform", form, given=pem)


def certificate(folder: Path, *options: str, key: bytes | None = None) -> bytes:
    path = folder / "key.pem"
    path.write_bytes(key or ec_key())
    name = ("-subj", "/O=Acme/CN=router.example")
    return run("openssl", "req", "-x509", "-new", "-key", str(path), *name, "-days", "1", *options)


def certificate_der(folder: Path, *options: str, key: bytes | None = None) -> bytes:
    return run("openssl", "x509", "-outform", "DER", given=certificate(folder, *options, key=key))


def server(folder: Path) -> bytes:
    """A certificate of a server, signed by another one, with all that such a certificate says."""
    (folder / "authority.pem").write_bytes(certificate(folder))
    (folder / "authority.key").write_bytes((folder / "key.pem").read_bytes())
    (folder / "server.key").write_bytes(rsa_key())
    (folder / "extensions").write_text(SERVER_EXTENSIONS, encoding="utf-8")
    request = run("openssl", "req", "-new", "-key", str(folder / "server.key"), "-subj", "/CN=www.router.example")
    authority = ("-CA", str(folder / "authority.pem"), "-CAkey", str(folder / "authority.key"))
    extensions = ("-extfile", str(folder / "extensions"))
    return run("openssl", "x509", "-req", *authority, *extensions, "-set_serial", "77", "-days", "1", given=request)


def same_name(folder: Path) -> bytes:
    """A certificate that names itself as issuer, but was signed with another key."""
    (folder / "authority.pem").write_bytes(certificate(folder))
    (folder / "authority.key").write_bytes((folder / "key.pem").read_bytes())
    (folder / "other.key").write_bytes(ec_key())
    request = run("openssl", "req", "-new", "-key", str(folder / "other.key"), "-subj", "/O=Acme/CN=router.example")
    authority = ("-CA", str(folder / "authority.pem"), "-CAkey", str(folder / "authority.key"))
    return run("openssl", "x509", "-req", *authority, "-set_serial", "78", "-days", "1", given=request)


def version_1(folder: Path) -> bytes:
    """A certificate as old devices have it: no extensions, hence version 1."""
    path = folder / "key.pem"
    path.write_bytes(rsa_key())
    request = run("openssl", "req", "-new", "-key", str(path), "-subj", "/CN=old.example")
    return run("openssl", "x509", "-req", "-signkey", str(path), "-days", "1", "-outform", "DER", given=request)


def pss(folder: Path) -> bytes:
    """Two certificates with RSASSA-PSS, over SHA-1 and SHA-256, whose subjects have attributes of many kinds."""
    path = folder / "key.pem"
    path.write_bytes(rsa_key())
    name = "/C=DE/organizationIdentifier=VATDE-1/street=Main 1/serialNumber=12/emailAddress=a@router.example/UID=u"
    made = ("openssl", "req", "-x509", "-new", "-key", str(path), "-subj", name, "-days", "1")
    return b"".join(run(*made, option, "-sigopt", "rsa_padding_mode:pss") for option in ("-sha1", "-sha256"))


def ssh_key(folder: Path, password: str) -> bytes:
    path = folder / f"ssh{len(password)}"
    path.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", password, "-C", "", "-f", str(path))
    return path.read_bytes()


def in_data(*parts: bytes) -> bytes:
    """Among bytes that are no text, as in a flash partition."""
    return b"\xff\0\x01" + b"\xa5\x00\x5a\xff".join(parts) + bytes(64)


def escaped(pem: bytes) -> bytes:
    r"""As a string of a script: every line end written as \n."""
    return b'{"key": "' + pem.strip().replace(b"\n", b"\\n") + b'"}\n'


def encrypted(pem: bytes, *options: str) -> bytes:
    return run("openssl", "pkcs8", "-topk8", "-passout", "pass:secret", *options, given=pem)


Make = Callable[[Path], bytes]
CASES: dict[str, tuple[Make, str]] = {
    f"{CERTIFICATES}/pem": (certificate, "a certificate in PEM"),
    f"{CERTIFICATES}/bundle": (lambda at: b"# two\n" + certificate(at) + certificate(at), "two certificates in PEM"),
    f"{CERTIFICATES}/der": (lambda at: in_data(certificate_der(at), b"0\x82"), "a certificate in unknown data"),
    f"{CERTIFICATES}/der-rsa": (lambda at: in_data(certificate_der(at, key=rsa_key())), "an RSA certificate in DER"),
    f"{CERTIFICATES}/version-1": (lambda at: in_data(version_1(at)), "a certificate of version 1"),
    f"{CERTIFICATES}/negative-serial": (
        lambda at: certificate(at, "-set_serial", "-5"),
        "a certificate with a serial number below zero",
    ),
    f"{CERTIFICATES}/server": (server, "a server's certificate, signed by another one, with all extensions"),
    f"{CERTIFICATES}/same-name": (same_name, "a certificate that only seems to sign itself"),
    f"{CERTIFICATES}/pss": (pss, "two certificates with RSASSA-PSS, over SHA-1 and SHA-256"),
    f"{CERTIFICATES}/in-program": (lambda at: elf_file(payload=certificate(at) + b"\0"), "a certificate in a program"),
    f"{CERTIFICATES}/key": (lambda _: rsa_key(), "a key, and no certificate"),
    f"{CERTIFICATES}/damaged": (lambda at: b"\xff\0" + certificate_der(at)[:-20], "a certificate without its end"),
    f"{PRIVATE}/rsa": (lambda _: rsa_key(), "an RSA key, PKCS#1"),
    f"{PRIVATE}/pkcs8": (lambda _: ec_key(), "an EC key, PKCS#8"),
    f"{PRIVATE}/sec1": (lambda _: sec1(ec_key(), "PEM"), "an EC key, SEC 1"),
    f"{PRIVATE}/encrypted": (lambda _: encrypted(ec_key()), "an encrypted key, PKCS#8"),
    f"{PRIVATE}/encrypted-rsa": (
        lambda _: run("openssl", "rsa", "-traditional", "-aes128", "-passout", "pass:secret", given=rsa_key()),
        "an encrypted RSA key with the headers of RFC 1421",
    ),
    f"{PRIVATE}/openssh": (lambda at: ssh_key(at, ""), "an OpenSSH key"),
    f"{PRIVATE}/openssh-encrypted": (lambda at: ssh_key(at, "secret"), "an encrypted OpenSSH key"),
    f"{PRIVATE}/truncated": (lambda _: rsa_key()[:400], "an RSA key without its end"),
    f"{PRIVATE}/escaped": (lambda _: escaped(ec_key()), "a key in a string of JSON"),
    f"{PRIVATE}/der": (
        lambda _: in_data(der(rsa_key(), "-traditional"), pkcs8(ec_key()), pkcs8(ed_key()), sec1(ec_key(), "DER")),
        "four keys in unknown data: PKCS#1, two in PKCS#8, SEC 1",
    ),
    f"{PRIVATE}/der-pkcs8-rsa": (lambda _: in_data(pkcs8(rsa_key())), "an RSA key in PKCS#8, which holds PKCS#1"),
    f"{PRIVATE}/der-encrypted": (lambda _: in_data(encrypted(ec_key(), "-outform", "DER")), "an encrypted key in DER"),
    f"{PRIVATE}/in-program": (lambda _: elf_file(payload=b"\0" + ec_key() + b"\0"), "a key in a program"),
    f"{PRIVATE}/labels": (
        lambda _: elf_file(payload=b"\0-----BEGIN RSA PRIVATE KEY-----\0-----BEGIN PRIVATE KEY-----\n%s\0"),
        "a program that can read and write keys",
    ),
    f"{PRIVATE}/public": (lambda _: der(ec_key(), "-pubout"), "a public key"),
    f"{PUBLIC}/pem": (lambda _: run("openssl", "pkey", "-pubout", given=ec_key()), "a public key in PEM"),
    f"{PUBLIC}/rsa-pem": (
        lambda _: run("openssl", "rsa", "-RSAPublicKey_out", given=rsa_key()),
        "a public RSA key, PKCS#1",
    ),
    f"{PUBLIC}/der": (
        lambda _: in_data(*(der(key, "-pubout") for key in (rsa_key(), ec_key(), ed_key()))),
        "three public keys in unknown data",
    ),
    f"{PUBLIC}/rsa-der": (
        lambda _: in_data(run("openssl", "rsa", "-RSAPublicKey_out", "-outform", "DER", given=rsa_key())),
        "a public RSA key, PKCS#1, in unknown data",
    ),
    f"{PUBLIC}/certificate": (lambda at: in_data(certificate_der(at, key=rsa_key())), "a key inside a certificate"),
    f"{PUBLIC}/headers": (
        lambda _: in_data(bytes.fromhex("302a300506032b6570032100") + bytes(32), bytes.fromhex("300506032b6570")),
        "constants with which programs write keys",
    ),
}
