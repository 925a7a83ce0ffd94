"""Signatures of kernel modules: who signed with which digest, in both forms, and damaged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.kernels import signed_module
from tests.support.signed_modules import SHA1, SHA256, SHA512, module, old_signature, signature

from pellucid.errors import Malformed
from pellucid.formats import module_signature


@pytest.mark.parametrize(("digest", "name"), [(SHA1, "sha1"), (SHA256, "sha256"), (SHA512, "sha512")])
def test_reads_who_signed_and_with_which_digest(digest: str, name: str) -> None:
    found = module_signature.read(signed_module(module(), signature(digest)))
    assert found == module_signature.ModuleSignature(
        at=len(module()), digest=name, signer="Kernel key, certificate 1234"
    )


def test_a_digest_without_a_name_and_a_signer_by_his_key() -> None:
    found = module_signature.read(signed_module(module(), signature("1.2.3.4", name="")))
    assert found is not None
    assert (found.digest, found.signer) == ("1.2.3.4", "key abcd")


def test_reads_signatures_of_old_kernels() -> None:
    found = module_signature.read(old_signature(module(), 4, b"Fedora kernel signing key"))
    assert found is not None
    assert (found.digest, found.signer) == ("sha256", "Fedora kernel signing key")
    found = module_signature.read(old_signature(module(), 99, b""))
    assert found is not None
    assert (found.digest, found.signer) == ("", "")


def test_without_a_signature_there_is_none() -> None:
    assert module_signature.read(module()) is None
    assert module_signature.read(b"") is None


@pytest.mark.parametrize("data", [b"", b"\x30\x02\5\0", b"\0" * 40], ids=["empty", "null", "zeros"])
def test_a_signature_that_is_none_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        module_signature.read(signed_module(module(), data))


@settings(max_examples=200)
@given(st.data())
def test_damage_gives_a_value_or_malformed(data: st.DataObject) -> None:
    whole = signed_module(module(), signature(SHA256))
    damaged = bytearray(whole)
    first = len(module())
    for at, value in data.draw(
        st.lists(st.tuples(st.integers(first, len(whole) - 30), st.integers(0, 255)), min_size=1, max_size=8)
    ):
        damaged[at] = value
    try:
        found = module_signature.read(bytes(damaged))
        assert found is not None
        assert len(found.signer) <= 2 * module_signature.LONGEST
    except Malformed:
        pass
