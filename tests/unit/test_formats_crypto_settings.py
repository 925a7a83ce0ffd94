"""What configuration files choose: words of each vocabulary, and bytes that no file has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import crypto_settings

KINDS = ("ssh", "tls", "wireless", "vpn")


def chosen(text: str, kind: str) -> list[str]:
    return [
        "/".join(
            filter(
                None,
                (
                    item.choice.algorithm.name if item.choice.algorithm else item.choice.protocol,
                    item.choice.parameters,
                    item.choice.mode,
                ),
            )
        )
        for item in crypto_settings.read(text.encode(), kind)
    ]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("ssh", "Ciphers aes192-cbc", ["AES/192/CBC"]),
        ("ssh", "ciphers=3des-cbc", ["3DES/CBC"]),
        ("ssh", "KexAlgorithms diffie-hellman-group14-sha256", ["DH/2048"]),
        ("ssh", "KexAlgorithms mlkem768x25519-sha256,ecdh-sha2-nistp384", ["X25519MLKEM768", "ECDH/P-384"]),
        ("ssh", "HostKeyAlgorithms ssh-rsa", ["RSA", "SHA-1"]),
        ("ssh", "HostKeyAlgorithms ^ssh-ed25519", ["Ed25519"]),
        ("ssh", "Ciphers -aes128-cbc,aes256-cbc", []),
        ("ssh", "MACs none-such", []),
        ("tls", "ssl_protocols SSLv3 TLSv1.3;", ["SSL/3.0", "TLS/1.3"]),
        ("tls", "SSLProtocol all -TLSv1 -TLSv1.1", ["TLS/1.2", "TLS/1.3"]),
        ("tls", "SSLProtocol -all +TLSv1.2", ["TLS/1.2"]),
        ("tls", "ciphers = AES128-SHA", ["AES/128/CBC", "SHA-1", "RSA"]),
        ("tls", "ciphers = DHE-DSS-AES256-SHA256", ["DH", "DSA", "AES/256/CBC", "SHA-256"]),
        ("tls", "ciphers = DES-CBC3-SHA", ["3DES/CBC", "SHA-1", "RSA"]),
        ("tls", "ciphers = TLS_AES_256_GCM_SHA384", ["AES/256/GCM", "SHA-384"]),
        ("tls", "ciphers = TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", ["ECDH", "ECDSA", "AES/128/CCM"]),
        ("tls", "ciphers = TLS_RSA_WITH_3DES_EDE_CBC_SHA", ["RSA", "3DES/CBC", "SHA-1"]),
        ("tls", "ciphers = ECDHE-ECDSA-CHACHA20-POLY1305", ["ECDH", "ECDSA", "ChaCha20-Poly1305"]),
        ("tls", "ciphers = HIGH:!RC4:-3DES:DEFAULT", []),
        ("tls", "Groups = X25519:P-521:ffdhe3072", ["X25519", "ECDH/P-521", "DH/3072"]),
        ("wireless", "rsn_pairwise=GCMP-256", ["AES/256/GCM"]),
        ("wireless", "option encryption 'wpa3'", ["WPA/3"]),
        ("vpn", "ike=aes128-sha256-modp3072!", ["AES/128/CBC", "HMAC/HMAC-SHA-256", "DH/3072"]),
        ("vpn", "proposals = aes256gcm16-prfsha384-ecp384", ["AES/256/GCM", "HMAC/HMAC-SHA-384", "ECDH/P-384"]),
        ("vpn", "cipher DES-EDE3-CBC", ["3DES/CBC"]),
    ],
)
def test_reads_what_is_chosen(kind: str, text: str, expected: list[str]) -> None:
    assert chosen(text, kind) == expected


def test_shows_no_key() -> None:
    (first, second) = crypto_settings.read(b"\twep_key0=123456789a\n", "wireless")
    assert first.text == second.text == "wep_key0"
    assert first.at == 1


def test_every_directive_has_a_vocabulary() -> None:
    for kind in KINDS:
        for directive in crypto_settings.directives(kind):
            assert list(crypto_settings.read(f"{directive} nothing\n".encode(), kind)) == [] or "wep" in directive


LINES = st.lists(
    st.tuples(
        st.sampled_from(["Ciphers", "ssl_ciphers", "SSLProtocol", "wpa", "wep_key0", "ike", "x"]),
        st.text(alphabet=" \t=+-!:;,#\"'()AESaes128TLSv1.23_\\", max_size=60),
    ),
    max_size=20,
)


@given(LINES, st.sampled_from(KINDS))
def test_any_text_is_read(lines: list[tuple[str, str]], kind: str) -> None:
    data = "\n".join(key + value for key, value in lines).encode()
    for setting in crypto_settings.read(data, kind):
        assert data[setting.at :].startswith(setting.text.split()[0].encode())


@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_any_bytes_are_read(data: bytes, kind: str) -> None:
    list(crypto_settings.read(data, kind))
