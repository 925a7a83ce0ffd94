"""The key that makes a finding the product's: the same judgement in the next scan has the same one."""

from hashlib import sha256

from pellucid.domain.finding import FindingType


def finding_key(matcher: str, type_: FindingType, *subject: str) -> str:
    """SHA-256 in hex over what is judged. Leave out what changes from version to version, such as the version."""
    return sha256("\0".join((matcher, type_.value, *subject)).encode()).hexdigest()
