"""Golden inputs of the analyzers that recognise algorithms and protocols in use."""

import struct
from collections.abc import Iterable, Iterator

from tests.support import algorithm_tables as tables
from tests.support.elf_files import EXECUTABLE, MIPS, Shape, elf_file
from tests.support.golden_case import Case
from tests.support.golden_unsafe import importing_pe
from tests.support.pe_images import image

BIG = Shape(type=EXECUTABLE, machine=MIPS, big_endian=True)
LITTLE = Shape(type=EXECUTABLE)
MD5_STARTS = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
SHA1_ROUNDS = (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)
SHA1_STARTS = (*MD5_STARTS, 0xC3D2E1F0)


def cases() -> Iterator[Case]:
    yield from _constants()
    yield from _shared_constants()
    yield from _imports()
    yield from _settings()
    yield from _names()
    yield from _immediates()
    yield from _recent_immediates()
    yield from _ssh_names()


def _constants() -> Iterator[Case]:
    unit = "crypto/algorithm_constants"
    aes = tables.aes_sbox() + tables.aes_inverse_sbox() + bytes(7) + words("<I", tables.aes_encryption_words())
    yield Case(f"{unit}/aes", elf_file(LITTLE, payload=bytes(5) + aes), "the tables of AES in an ARM program")
    sha2 = words(">I", tables.cube_roots(32, 64)) + words(">Q", tables.cube_roots(64, 80))
    yield Case(f"{unit}/sha2-big-endian", elf_file(BIG, payload=sha2), "the constants of SHA-2 in a MIPS program")
    cut = words("<Q", tables.cube_roots(64, 2)) + bytes(64)
    yield Case(f"{unit}/sha512-part", elf_file(LITTLE, payload=cut), "16 bytes of the constants of SHA-512")
    starts = b"\0MD5\0\0\0\0" + words("<I", MD5_STARTS)
    yield Case(f"{unit}/md5", elf_file(LITTLE, payload=starts), "initial values of MD5, with its name")
    both = starts + bytes(16) + words("<I", SHA1_STARTS)
    yield Case(f"{unit}/md5-and-sha1", elf_file(LITTLE, payload=both), "initial values that SHA-1 may have put there")
    yield Case(
        f"{unit}/sha1", elf_file(LITTLE, payload=b"MD5" + words("<I", SHA1_STARTS)), "initial values of SHA-1 alone"
    )
    pi = words(">I", tables.pi_words(18)) + b"OrpheanBeholderScryDoubt"
    yield Case(f"{unit}/bcrypt", elf_file(BIG, payload=pi), "Blowfish and the text of bcrypt")
    salsa = elf_file(LITTLE, payload=b"\0expand 32-byte k\0salsa20/20\0chacha20\0")
    yield Case(f"{unit}/salsa-and-chacha", salsa, "the words that Salsa20 and ChaCha20 share, with both names")
    unnamed = elf_file(LITTLE, payload=b"\0expand 32-byte k\0")
    yield Case(f"{unit}/chacha", unnamed, "the same words, and no name")
    prime = tables.modp_prime(2048, 124476).to_bytes(256, "big")
    yield Case(f"{unit}/modp", elf_file(BIG, payload=prime[::-1]), "a prime of RFC 3526, least significant byte first")
    keccak = words("<Q", tables.keccak_constants())
    yield Case(f"{unit}/keccak", b"\x80\x01" + keccak, "the round constants of Keccak in unknown data")
    lattices = words("<h", tables.ml_kem_zetas(montgomery=True)) + words("<i", tables.ml_dsa_zetas(montgomery=False))
    yield Case(f"{unit}/lattices", elf_file(LITTLE, payload=lattices), "the powers of ML-KEM and of ML-DSA")
    sums = words("<I", tables.crc32_table()) + words(">I", tables.crc32_table(0x82F63B78))
    yield Case(f"{unit}/checksums", elf_file(LITTLE, payload=sums), "tables of CRC-32 and CRC-32C")
    vector = bytes.fromhex("0123456789abcdeffedcba9876543210")
    yield Case(f"{unit}/test-vector", elf_file(LITTLE, payload=vector), "a key of test vectors that reads like MD5")
    blake = words("<I", tables.pi_words(16))
    yield Case(f"{unit}/pi", elf_file(LITTLE, payload=blake), "digits of pi, too few of them for Blowfish")
    yield Case(f"{unit}/text", b'The constant is "expand 32-byte k".\n' * 3, "a text that speaks of ChaCha20")


def _ssh_names() -> Iterator[Case]:
    unit = "crypto/ssh_names"
    kex = ["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"]
    hosts, ciphers, macs = (
        ["ssh-ed25519", "rsa-sha2-256"],
        ["aes256-ctr", "chacha20-poly1305@openssh.com"],
        ["hmac-sha1"],
    )
    strings = b"\0".join(name.encode() for name in [*kex, *hosts, *ciphers, *macs])
    server = elf_file(LITTLE, payload=b"\0SSH-2.0-small_1.0\0" + strings + b"\0")
    yield Case(f"{unit}/strings", server, "a server with a string for each name")
    lists = b"\0".join(",".join(names).encode() for names in (kex, hosts, ciphers, macs))
    client = image({".rdata": b"\0SSH-2.0-client\0" + lists + b"\0"})
    yield Case(f"{unit}/lists", client, "a Windows client with lists of names")
    types = ["ssh-rsa", "ssh-dss", "ssh-ed25519", *(f"ecdsa-sha2-nistp{bits}" for bits in (256, 384, 521))]
    keys = "\0".join(["", "SSH-2.0-", *types, ""]).encode()
    yield Case(f"{unit}/keys", elf_file(LITTLE, payload=keys), "a program that reads keys and offers nothing")
    text = b"\0SSH-2.0-x offers " + strings.replace(b"\0", b" ") + b" and more\0"
    yield Case(f"{unit}/sentence", elf_file(LITTLE, payload=text), "a message that speaks of names")
    apart = b"\0SSH-2.0-\0" + b"".join(name.encode() + bytes(3265) for name in [*kex, *hosts, *macs])
    yield Case(f"{unit}/apart", elf_file(LITTLE, payload=apart), "names that stand far from each other")


def _imports() -> Iterator[Case]:
    unit = "crypto/algorithm_imports"
    openssl = ["EVP_aes_256_gcm", "EVP_sha256", "RC4", "EVP_des_ede3_cbc", "EVP_des_ede3", "EVP_md_size", "malloc"]
    protocols = ["TLSv1_2_client_method", "SSLv3_method", "TLS_method", "SSL_CTX_new"]
    program = elf_file(BIG, imports=[*openssl, *protocols], needed=["libcrypto.so.1.1", "libssl.so.1.1"])
    yield Case(f"{unit}/openssl", program, "a MIPS program that calls OpenSSL")
    names = [
        "nettle_gcm_aes128_encrypt",
        "nettle_sha1_init",
        "wc_AesCbcEncrypt",
        "mbedtls_md5_init",
        "mbedtls_sha384_info",
    ]
    yield Case(f"{unit}/library", elf_file(LITTLE, exports=names, soname="libmixed.so.1"), "a library that has it all")
    tom = ["aes_desc", "hmac_init", "sha256_init"]
    dropbear = elf_file(LITTLE, imports=tom, needed=["libtomcrypt.so.1"])
    yield Case(f"{unit}/tomcrypt", dropbear, "a program that calls LibTomCrypt")
    yield Case(
        f"{unit}/lattices", elf_file(LITTLE, imports=["OQS_KEM_ml_kem_768_keypair"]), "a program that calls liboqs"
    )
    yield Case(f"{unit}/own-names", elf_file(LITTLE, imports=tom), "functions of the same names from elsewhere")
    near = ["EVP_MD_CTX_new", "EVP_des_foo", "aes_init", "MD5sum", "strcpy", "SSL_CTX_new", "gcry_cipher_open"]
    yield Case(f"{unit}/near", elf_file(LITTLE, imports=near), "names that say nothing")
    yield Case(f"{unit}/broken", program[:80], "a program that is cut off")
    dll = importing_pe(["EVP_aes_256_gcm", "SHA256_Init", "CRYPTO_free"], library="libcrypto-3-x64.dll")
    yield Case(f"{unit}/pe", dll, "a Windows program that calls OpenSSL")
    windows = ["SystemFunction032", "MD5Final", "CryptAcquireContextA"]
    yield Case(f"{unit}/pe-windows", importing_pe(windows, library="ADVAPI32.dll"), "a program that has Windows do it")
    yield Case(f"{unit}/pe-near", importing_pe(windows, library="KERNEL32.dll"), "the same names of another library")


SSHD = b"""# Ciphers 3des-cbc
Port 22
Protocol 2,1
Ciphers aes128-ctr,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,arcfour256
macs hmac-sha2-256-etm@openssh.com,hmac-md5-96
KexAlgorithms +diffie-hellman-group1-sha1,curve25519-sha256,sntrup761x25519-sha512@openssh.com
HostKeyAlgorithms ssh-ed25519,ecdsa-sha2-nistp256,ssh-rsa
PubkeyAcceptedAlgorithms -ssh-dss
"""
NGINX = b"""server {
    ssl_protocols TLSv1 TLSv1.2; # no TLSv1.3 yet
    ssl_ciphers "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:DES-CBC3-SHA:!RC4:EECDH+AESGCM:HIGH:@SECLEVEL=1";
    ssl_ecdh_curve X25519:prime256v1;
}
"""
APACHE = b"SSLProtocol all -SSLv3 -TLSv1\nSSLCipherSuite TLS_RSA_WITH_RC4_128_MD5:-IDEA:!aNULL\n"
LIGHTTPD = b'ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2")\nssl.use-sslv3 = "enable"\n'
OPENSSL = b"[system_default_sect]\nMinProtocol = TLSv1.1\nCipherString = DEFAULT@SECLEVEL=0\n# MaxProtocol = TLSv1.2\n"
HOSTAPD = b"ssid=x\nwpa=3\nwpa_passphrase=correct horse\nwpa_key_mgmt=WPA-PSK SAE\nwpa_pairwise=TKIP CCMP\n"
OPENWRT = b"config wifi-iface\n\toption ssid 'x'\n\toption encryption 'psk2+ccmp'\n\toption key 'secret'\n"
WEP = b'network={\n\tssid="x"\n\tkey_mgmt=NONE\n\twep_key0=123456789a\n}\n'
IPSEC = b"""conn office
\tkeyexchange=ikev1
\tike=aes256-sha1-modp1024,3des-md5-modp1024!
\tesp=aes128gcm16-ecp256
#\tah=md5
"""
OPENVPN = b"client\ncipher BF-CBC\nauth SHA1\ntls-version-min 1.0\ndata-ciphers AES-256-GCM:CHACHA20-POLY1305\n"


def _settings() -> Iterator[Case]:
    hits = {
        "ssh_settings/server": (SSHD, "a configuration of an SSH server"),
        "tls_settings/nginx": (NGINX, "a configuration of nginx"),
        "tls_settings/apache": (APACHE, "a configuration of Apache"),
        "tls_settings/lighttpd": (LIGHTTPD, "a configuration of lighttpd"),
        "tls_settings/openssl": (OPENSSL, "a configuration of OpenSSL"),
        "wireless_settings/hostapd": (HOSTAPD, "a configuration of hostapd"),
        "wireless_settings/openwrt": (OPENWRT, "a configuration of OpenWrt"),
        "wireless_settings/wep": (WEP, "a configuration of wpa_supplicant with a key of WEP"),
        "vpn_settings/ipsec": (IPSEC, "a configuration of strongSwan"),
        "vpn_settings/openvpn": (OPENVPN, "a configuration of OpenVPN"),
    }
    misses = {
        "ssh_settings/comments": (b"#Ciphers aes128-cbc\n  # MACs hmac-md5\nHostKeyAlgorithms -ssh-rsa\n", "comments"),
        "tls_settings/sets": (b"ssl_ciphers HIGH:!aNULL:!MD5;\n#ssl_protocols SSLv3;\n", "words for sets of suites"),
        "wireless_settings/open": (b"wpa=0\noption encryption none\n# wep_key0=1\n", "a network without protection"),
        "vpn_settings/other": (b"conn x\n\tauto=start\n\tike=somehow\ncipher none\n", "words that choose nothing"),
    }
    for name, (data, what) in {**hits, **misses}.items():
        yield Case(f"crypto/{name}", data, what)


def _names() -> Iterator[Case]:
    functions = b"\0crypto/aes.NewCipher\0crypto/tls.(*Conn).Handshake\0crypto/internal/fips140/sha256.New\0"
    go = elf_file(LITTLE, payload=b"\xff Go buildinf:\x08\x02" + bytes(16) + functions)
    yield Case("crypto/go_crypto/program", go, "what names a Go program's functions and says that it is one")
    yield Case("crypto/go_crypto/text", functions, "the names alone")
    constants = [
        "java/security/MessageDigest",
        "javax/crypto/Cipher",
        "MD5",
        "AES/CBC/PKCS5Padding",
        "PBEWithMD5AndDES",
    ]
    yield Case("crypto/java_crypto/class", java_class(constants), "a class that calls MessageDigest and Cipher")
    yield Case("crypto/java_crypto/names", java_class(["java/lang/Object", "MD5"]), "a class that only says MD5")
    near = java_class(["java/security/MessageDigest", "MD5sum", "getAES"])
    yield Case("crypto/java_crypto/near", near, "a class with names that are none of an algorithm")
    texts = b"\0\0" + b"".join(
        (text + "\0").encode("utf-16-le") for text in ("AES", "x", "SHA256", "ECDSA_P256", "RSAx")
    )
    called = b"bcrypt.dll\0BCryptOpenAlgorithmProvider\0"
    yield Case("crypto/windows_crypto/program", image({".rdata": texts + called}), "a program that calls bcrypt.dll")
    yield Case("crypto/windows_crypto/texts", image({".rdata": texts}), "the same texts, and no call")
    source = b"import hashlib, ssl\n\nhashlib.md5(b'x')\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)\n"
    yield Case("crypto/python_crypto/source", source, "source that calls hashlib and ssl")
    yield Case("crypto/python_crypto/names", b"import hashlib\nmd5 = 'hashlib.md5'\n", "source that calls nothing")


def _shared_constants() -> Iterator[Case]:
    unit = "crypto/algorithm_constants"
    starts, sha512 = words("<I", tables.square_roots(32, 8)), words("<Q", tables.cube_roots(64, 80))
    yield Case(f"{unit}/sha256-by-sha512", elf_file(LITTLE, payload=sha512 + starts), "SHA-256 with what SHA-512 has")
    yield Case(f"{unit}/sha256-starts", elf_file(LITTLE, payload=starts), "initial values that BLAKE2s could have, too")
    named = words("<Q", tables.square_roots(64, 8)) + b"\0BLAKE2b\0"
    yield Case(f"{unit}/blake2b", elf_file(LITTLE, payload=named), "initial values of BLAKE2b, with its name")
    blake = bytes.fromhex("0e0a0408090f0d06010c00020b070503")
    both = elf_file(LITTLE, payload=sha512 + starts + blake)
    yield Case(f"{unit}/sha512-and-blake2s", both, "initial values of BLAKE2s beside SHA-512")
    crypt = elf_file(LITTLE, payload=tables.des_crypt_sbox())
    yield Case(f"{unit}/des-crypt", crypt, "S-boxes of DES as crypt of BusyBox has them")
    gost = words("<I", tables.gost_words("a4568137dce092bf", "5f402db91763cea8"))
    yield Case(f"{unit}/gost", elf_file(LITTLE, payload=gost), "S-boxes that only the hash of GOST takes")
    keccak = words("<H", (value & 0xFFFF for value in tables.keccak_constants()))
    yield Case(f"{unit}/keccak-16", elf_file(LITTLE, payload=keccak), "the lower halves of Keccak's round constants")


def _recent_immediates() -> Iterator[Case]:
    unit = "crypto/algorithm_immediates"
    siphash = struct.unpack(">4Q", b"somepseudorandomlygeneratedbytes")
    # movabs of each value to a register, and what an x86 compiler does with it.
    code = b"".join(b"\x49\xbb" + struct.pack("<Q", value) + b"\x4c\x31\xd8" for value in siphash)
    yield Case(f"{unit}/siphash", elf_file(LITTLE, payload=code), "instructions with the initial values of SipHash")
    arm = elf_file(LITTLE, payload=aarch64_long(siphash))
    yield Case(f"{unit}/siphash-aarch64", arm, "AArch64 code with the initial values of SipHash")
    text = elf_file(LITTLE, payload=b"\0polygenic genelygo pseudorandom\0")
    yield Case(f"{unit}/siphash-words", text, "words that have parts of SipHash's initial values")
    masks = (0x0FFFFFFC0FFFFFFF, 0x0FFFFFFC0FFFFFFC)
    code = b"".join(b"\x48\xb9" + struct.pack("<Q", value) + b"\x48\x21\xc8" for value in masks)
    yield Case(f"{unit}/poly1305", elf_file(LITTLE, payload=code), "instructions with the masks of Poly1305")
    rounds = mips(tables.halves(tables.cube_roots(64, 80)))
    yield Case(f"{unit}/mips-sha512", elf_file(BIG, payload=rounds), "MIPS code with the constants of SHA-512")
    lone = b"".join(b"\x25" + struct.pack("<I", value) for value in (0x0FFFFFFC, 0x0FFFFFFF))
    yield Case(f"{unit}/masks", elf_file(LITTLE, payload=lone), "masks of 32 bits that any code could have")


def aarch64_long(values: Iterable[int]) -> bytes:
    """movz and three movk of each value of 64 bits, in registers in turn."""
    moves = (0xD2800000, 0xF2A00000, 0xF2C00000, 0xF2E00000)
    return b"".join(
        struct.pack("<I", move | (value >> 16 * at & 0xFFFF) << 5 | n % 28)
        for n, value in enumerate(values)
        for at, move in enumerate(moves)
    )


def java_class(constants: Iterable[str]) -> bytes:
    """The beginning of a class of Java 8: its constants, all of them texts (JVMS, 4.1)."""
    texts = [text.encode() for text in constants]
    head = bytes.fromhex("cafebabe00000034") + (len(texts) + 1).to_bytes(2, "big")
    return head + b"".join(b"\x01" + len(text).to_bytes(2, "big") + text for text in texts)


def _immediates() -> Iterator[Case]:
    unit = "crypto/algorithm_immediates"
    # What an x86 compiler makes of the steps of MD5: lea with a displacement.
    code = b"".join(
        b"\x8d\x94\x0a" + struct.pack("<I", value) + b"\x31\xd8\xc1\xc2\x07" for value in tables.md5_constants()
    )
    yield Case(f"{unit}/md5", elf_file(LITTLE, payload=code), "instructions with the constants of MD5")
    pool = bytes(60).join(struct.pack(">I", value) for value in SHA1_ROUNDS)
    yield Case(f"{unit}/sha1", elf_file(BIG, payload=pool), "words between functions with the constants of SHA-1")
    halves = words("<Q", tables.square_roots(64, 8, 8))
    yield Case(f"{unit}/sha384", elf_file(LITTLE, payload=halves), "initial values of SHA-384, which hold SHA-224's")
    sha512 = words("<Q", tables.cube_roots(64, 80))
    yield Case(f"{unit}/sha512", elf_file(LITTLE, payload=sha512), "constants of SHA-512, which hold those of SHA-256")
    few = words("<I", tables.md5_constants()[:5])
    yield Case(f"{unit}/few", elf_file(LITTLE, payload=few), "too few of the constants of MD5")
    far = bytes(9000).join(struct.pack("<I", value) for value in (0x5A827999, 0x6ED9EBA1, 0xCA62C1D6))
    yield Case(f"{unit}/far", elf_file(LITTLE, payload=far[:18000]), "constants of SHA-1 far from each other")
    yield Case(f"{unit}/mips", elf_file(BIG, payload=mips(tables.md5_constants())), "MIPS code with constants of MD5")
    arm = elf_file(LITTLE, payload=aarch64(SHA1_ROUNDS))
    yield Case(f"{unit}/aarch64", arm, "AArch64 code with the constants of SHA-1")
    lone = elf_file(BIG, payload=mips(tables.md5_constants()[:1]))
    yield Case(f"{unit}/mips-one", lone, "MIPS code with one constant of MD5")
    yield Case(f"{unit}/words", b"expa, nd 3, 2-by, te k\n" * 4, "a text with the words of ChaCha20")


def mips(values: Iterable[int]) -> bytes:
    """lui and ori of each value, big-endian, in registers in turn, with an addu between them."""
    pairs = (
        (0x3C000000 | n % 24 + 2 << 16 | value >> 16, value & 0xFFFF, n % 24 + 2) for n, value in enumerate(values)
    )
    return b"".join(struct.pack(">3I", lui, 0x00432021, 0x34000000 | r << 21 | r << 16 | low) for lui, low, r in pairs)


def aarch64(values: Iterable[int]) -> bytes:
    """movz and movk of each value, in registers in turn."""
    return b"".join(
        struct.pack("<2I", 0x52800000 | (value & 0xFFFF) << 5 | n % 28, 0x72A00000 | value >> 16 << 5 | n % 28)
        for n, value in enumerate(values)
    )


def words(layout: str, values: Iterable[int]) -> bytes:
    """Each of `values` packed alike."""
    return b"".join(struct.pack(layout, value) for value in values)
