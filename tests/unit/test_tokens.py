"""Access tokens, the JWK set, signed links."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, strategies
from joserfc import jwt
from joserfc.jwk import RSAKey

from pellucid.errors import NotAuthenticated
from pellucid.services.tokens import Tokens
from pellucid.settings import Settings

URL = "https://pellucid.example"
DAY = 86_400
START = """
import sys
from pathlib import Path
from pellucid.services.tokens import Tokens
from pellucid.settings import Settings
sys.stdin.readline()
print(Tokens(Path(sys.argv[1]), Settings()).jwks()["keys"][0]["kid"])
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def tokens(keys: Path) -> Tokens:
    return Tokens(keys, Settings())


def key_of(keys: Path) -> RSAKey:
    return RSAKey.import_key((keys / "token-signing.pem").read_bytes())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token, changed; None leaves one out."""
    good = {"iss": f"{URL}/realms/pellucid", "sub": "me", "aud": "pellucid", "exp": int(time.time()) + 60}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def test_a_token_says_who_it_was_issued_to(tokens: Tokens) -> None:
    token = tokens.issue("me", public_url=f"{URL}/", client_id="cli", scope="openid")
    assert tokens.verify(token) == "me"
    payload = token.split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert said["exp"] - said["iat"] == tokens.lifetime == 1800
    assert {name: said[name] for name in ("iss", "azp", "aud", "scope")} == {
        "iss": f"{URL}/realms/pellucid",
        "azp": "cli",
        "aud": "pellucid",
        "scope": "openid",
    }


def test_anyone_can_verify_with_the_published_key(tokens: Tokens) -> None:
    (key,) = tokens.jwks()["keys"]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)
    assert key["use"] == "sig"
    public = RSAKey.import_key({name: key[name] for name in ("kty", "n", "e")})
    assert key["kid"] == public.thumbprint()
    decoded = jwt.decode(tokens.issue("me", public_url=URL, client_id="cli"), public, algorithms=["RS256"])
    assert (decoded.header["kid"], decoded.claims["sub"]) == (key["kid"], "me")


def test_the_name_of_the_server_does_not_matter_to_a_token(keys: Path, tokens: Tokens) -> None:
    token = tokens.issue("me", public_url="http://127.0.0.1:8080", client_id="cli")
    assert Tokens(keys, Settings(public_url=URL)).verify(token) == "me"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 0},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": time.time() - 40},
        {"nbf": time.time() + DAY},
        {"nbf": "now"},
        {"iss": f"{URL}/realms/another"},
        {"iss": None},
        {"iss": 5},
        {"sub": ""},
        {"sub": None},
        {"sub": ["me"]},
        {"aud": "another"},
    ],
)
def test_claims_that_do_not_count(keys: Path, tokens: Tokens, changes: dict[str, Any]) -> None:
    rounded = {name: int(value) if isinstance(value, float) else value for name, value in changes.items()}
    token = jwt.encode({"alg": "RS256"}, claims(**rounded), key_of(keys))
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


@pytest.mark.parametrize("changes", [{}, {"exp": -10}, {"nbf": 10}])
def test_clocks_may_differ_a_little(keys: Path, tokens: Tokens, changes: dict[str, int]) -> None:
    now = int(time.time())
    token = jwt.encode({"alg": "RS256"}, claims(**{name: now + value for name, value in changes.items()}), key_of(keys))
    assert tokens.verify(token) == "me"


def test_tokens_of_others(keys: Path, tokens: Tokens) -> None:
    public = key_of(keys).as_pem(private=False)
    payload = base64url(json.dumps(claims()).encode())
    unsigned = base64url(b'{"alg":"none"}')
    symmetric = ".".join((base64url(b'{"alg":"HS256"}'), payload))
    signature = base64url(hmac.new(public, symmetric.encode(), hashlib.sha256).digest())
    forged = [
        jwt.encode({"alg": "RS256"}, claims(), RSAKey.generate_key(2048)),
        f"{symmetric}.{signature}",
        jwt.encode({"alg": "PS256"}, claims(), key_of(keys), algorithms=["PS256"]),
        f"{unsigned}.{payload}.",
    ]
    for token in forged:
        with pytest.raises(NotAuthenticated):
            tokens.verify(token)


@pytest.mark.parametrize(
    "header", [b"", b"[]", b"{}", b"5", b'{"alg":["RS256"]}', b'{"alg":"RS256","crit":5}', b"[" * 3000, b"\xff"]
)
def test_what_is_no_token(tokens: Tokens, header: bytes) -> None:
    first = base64url(header)
    for text in (first, f"{first}.e30.x", f"{first}.é.\ud800", "a" * 100_000, f"{first}..", f"{first}.e30.x.y.z"):
        with pytest.raises(NotAuthenticated):
            tokens.verify(text)


def test_a_changed_token(tokens: Tokens) -> None:
    head, payload, signature = tokens.issue("me", public_url=URL, client_id="cli").split(".")
    with pytest.raises(NotAuthenticated):
        tokens.verify(f"{head}.{payload[:-2]}AA.{signature}")


def test_keys_stay_and_belong_to_their_owner(keys: Path, tokens: Tokens) -> None:
    again = Tokens(keys, Settings())
    assert again.jwks() == tokens.jwks()
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}
    assert sorted(path.name for path in keys.iterdir()) == ["links.key", "token-signing.pem"]


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    printed = {process.communicate(timeout=60)[0] for process in processes}
    assert len(printed) == 1
    assert len(printed.pop().strip()) == 43
    assert folder.stat().st_mode & 0o777 == 0o700


def link(tokens: Tokens, expires: float) -> dict[str, str]:
    url = tokens.sign_url(f"{URL}/content?x=1", purpose="upload", resource_id="1", expires=expires)
    assert url.startswith(f"{URL}/content?x=1&expires=")
    query = parse_qs(urlsplit(url).query)
    return {name: query[name][0] for name in ("expires", "signature")}


def test_a_link_holds_until_it_expires(tokens: Tokens) -> None:
    good = link(tokens, time.time() + 60)
    tokens.verify_url(purpose="upload", resource_id="1", **good)
    with pytest.raises(NotAuthenticated, match="ask for a new one"):
        tokens.verify_url(purpose="upload", resource_id="1", **link(tokens, time.time() - 2))


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "download"},
        {"resource_id": "2"},
        {"expires": "9999999999"},
        {"expires": ""},
        {"expires": "-1"},
        {"expires": "²"},
        {"expires": "9" * 10_000},
        {"signature": ""},
        {"signature": "é\ud800"},
        {"signature": "0" * 64},
    ],
)
def test_a_changed_link(tokens: Tokens, changes: dict[str, str]) -> None:
    good = {"purpose": "upload", "resource_id": "1", **link(tokens, time.time() + 60)}
    with pytest.raises(NotAuthenticated):
        tokens.verify_url(**{**good, **changes})


@given(strategies.one_of(strategies.text(max_size=200), strategies.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*")))
def test_whatever_is_no_token_is_refused(tokens: Tokens, text: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(text)
