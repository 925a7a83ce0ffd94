"""Private keys, reduced to what may be said of them."""

from hashlib import sha256

from cryptography.hazmat.primitives.serialization import load_der_private_key

from pellucid.analyzers.key_names import PARSE_ERRORS, KeyFields, PublicHalf, named_keys, public_half
from pellucid.errors import Malformed
from pellucid.formats import der


def public_half_of(encoded: bytes) -> PublicHalf | None:
    """The public half of a private key in DER (PKCS#8, PKCS#1, SEC 1, DSA); None when it cannot be read."""
    try:
        # Whether its numbers fit together is another question, which costs a tenth of a second.
        return public_half(load_der_private_key(encoded, None, unsafe_skip_rsa_key_validation=True).public_key())
    except PARSE_ERRORS:
        return None


def unread(algorithm: str, encoded: bytes) -> KeyFields:
    """What is known of a key that cannot be read: that these are its bytes, and what it is for if it says that."""
    return {
        "algorithm": _stated(encoded) or algorithm,
        "key_bits": 0,
        "curve": "",
        "fingerprint": sha256(encoded).hexdigest(),
        "public_key": "",
    }


def _stated(encoded: bytes) -> str:
    """The algorithm that a PKCS#8 key names, of those that have an identifier for each set of parameters."""
    try:
        fields = list(der.children(encoded, der.element(encoded, 0), most=8))
        if [field.tag for field in fields[:2]] != [der.INTEGER, der.SEQUENCE]:
            return ""
        identifier = next(der.children(encoded, fields[1], most=2), None)
        return named_keys().get(der.oid(encoded, identifier), ("", 0))[0] if identifier else ""
    except Malformed:
        return ""
