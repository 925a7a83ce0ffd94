"""Private keys, reduced to what may be said of them."""

from hashlib import sha256

from cryptography.hazmat.primitives.serialization import load_der_private_key

from pellucid.analyzers.key_names import PARSE_ERRORS, KeyFields, PublicHalf, public_half


def public_half_of(encoded: bytes) -> PublicHalf | None:
    """The public half of a private key in DER (PKCS#8, PKCS#1, SEC 1, DSA); None when it cannot be read."""
    try:
        # Whether its numbers fit together is another question, which costs a tenth of a second.
        return public_half(load_der_private_key(encoded, None, unsafe_skip_rsa_key_validation=True).public_key())
    except PARSE_ERRORS:
        return None


def unread(algorithm: str, encoded: bytes) -> KeyFields:
    """What is known of a key that cannot be read: only that these are its bytes."""
    return {
        "algorithm": algorithm,
        "key_bits": 0,
        "curve": "",
        "fingerprint": sha256(encoded).hexdigest(),
        "public_key": "",
    }
