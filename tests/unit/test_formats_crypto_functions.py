"""The table of functions: what their names say, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import crypto_functions


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("EVP_aes_128_cbc", ("AES", "128", "CBC", "")),
        ("EVP_aes_256_cbc_hmac_sha256", ("AES", "256", "CBC", "")),
        ("EVP_aes_192_wrap", ("AES", "192", "KW", "")),
        ("EVP_aes_128_cfb8", ("AES", "128", "CFB", "")),
        ("AES_cbc_encrypt", ("AES", "", "CBC", "")),
        ("EVP_des_ede", ("3DES", "", "ECB", "")),
        ("EVP_des_ede3_cbc", ("3DES", "", "CBC", "")),
        ("EVP_des_cbc", ("DES", "", "CBC", "")),
        ("EVP_rc4_40", ("RC4", "40", "", "")),
        ("EVP_sha512_256", ("SHA-512/256", "", "", "")),
        ("mbedtls_sha256_starts", ("SHA-256", "", "", "")),
        ("mbedtls_rsa_rsassa_pss_sign", ("RSA-PSS", "", "", "")),
        ("nettle_blowfish_bcrypt_hash", ("bcrypt", "", "", "")),
        ("nettle_chacha_poly1305_encrypt", ("ChaCha20-Poly1305", "", "", "")),
        ("crypto_pwhash_argon2id_str", ("Argon2", "Argon2id", "", "")),
        ("OQS_SIG_ml_dsa_65_sign", ("ML-DSA", "ML-DSA-65", "", "")),
        ("OQS_KEM_kyber_768_decaps", ("Kyber", "Kyber768", "", "")),
        ("TLSv1_1_server_method", ("", "1.1", "", "TLS")),
        ("SSLv23_method", ("", "", "", "TLS")),
        ("DTLSv1_2_client_method", ("", "1.2", "", "DTLS")),
    ],
)
def test_says_what_a_function_does(name: str, said: tuple[str, str, str, str]) -> None:
    found = crypto_functions.find(name)
    assert found is not None
    algorithm = found.algorithm.name if found.algorithm else ""
    assert (algorithm, found.parameters, found.mode, found.protocol) == said


@pytest.mark.parametrize("name", ["EVP_des_foo", "EVP_aes_128_", "mbedtls_sha384_info", "hmac_init", "", "EV", "MD5x"])
def test_other_functions_say_nothing(name: str) -> None:
    assert crypto_functions.find(name) is None


def test_common_names_count_beside_their_library() -> None:
    assert crypto_functions.find("hmac_init", ["libtomcrypt.so.1"])
    assert not crypto_functions.find("hmac_init", ["libcrypto.so.3", ""])


@given(st.text())
def test_any_name_is_answered(name: str) -> None:
    crypto_functions.find(name, [name])
    assert crypto_functions.find("EVP_aes_" + "1" * crypto_functions.LONGEST_NAME) is None
