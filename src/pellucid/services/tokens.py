"""Tokens: signed access tokens (RFC 9068 without its header type), their public keys (RFC 7517), and signed links."""

import hashlib
import hmac
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from pellucid.domain.ids import new_id
from pellucid.errors import NotAuthenticated
from pellucid.services.key_files import key_file
from pellucid.settings import Settings

ALGORITHM = "RS256"
KEY_BITS = 2048
LEEWAY = 30  # seconds that clocks may differ
AUDIENCE = "pellucid"
LONGEST = 8192  # characters; ours have about 800
NOT_VALID = "The bearer token is not valid: ask the token endpoint for a new one."
EXPIRED = "The bearer token has expired: ask the token endpoint for a new one."
LINK_NOT_VALID = "This link is not valid or has expired: ask for a new one."


class Tokens:
    """Reads its keys from `keys_dir` and makes them when they are not there; several processes may share it."""

    def __init__(self, keys_dir: Path, settings: Settings) -> None:
        self._realm_path = f"/realms/{settings.realm}"
        self._lifetime = settings.token_lifetime
        self._key = RSAKey.import_key(key_file(keys_dir / "token-signing.pem", _new_key))
        self._key_id = self._key.thumbprint()  # RFC 7638
        self._link_key = key_file(keys_dir / "links.key", lambda: secrets.token_bytes(32))

    @property
    def lifetime(self) -> int:
        """Seconds that an access token is valid (`expires_in`)."""
        return self._lifetime

    def issuer(self, public_url: str) -> str:
        """The `iss` of tokens asked for at `public_url` ("https://host", without a path of its own or with one)."""
        return public_url.rstrip("/") + self._realm_path

    def issue(self, subject: str, *, public_url: str, client_id: str, scope: str = "") -> str:
        """An access token for the user that is called `subject`, got through `client_id`."""
        now = int(time.time())
        claims = {
            "iss": self.issuer(public_url),
            "sub": subject,
            "azp": client_id,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + self._lifetime,
            "jti": new_id(),
            "scope": scope,
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key_id, "typ": "JWT"}, claims, self._key)

    def verify(self, token: str) -> str:
        """The subject of a token of ours. NotAuthenticated for any other, and for one that is not valid now.

        A token counts whichever of its names the server was called by when it was issued: our key has signed it, and
        only the realm in the issuer is compared.
        """
        if len(token) > LONGEST:
            raise NotAuthenticated(NOT_VALID)
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise NotAuthenticated(NOT_VALID) from error
        self._check(claims)
        return str(claims["sub"])

    def jwks(self) -> dict[str, Any]:
        """The public key, as the JWK Set that clients fetch."""
        public = self._key.as_dict(private=False, kid=self._key_id, use="sig", alg=ALGORITHM)
        return {"keys": [public]}

    def sign_url(self, url: str, *, purpose: str, resource_id: str, expires: float) -> str:
        """`url` with the query parameters `expires` (seconds since 1970) and `signature`.

        The signature holds for one purpose ("upload", "download") and one resource, wherever the server is reached.
        """
        until = int(expires)
        query = urlencode({"expires": until, "signature": self._sign(purpose, resource_id, until)})
        return f"{url}{'&' if urlsplit(url).query else '?'}{query}"

    def verify_url(self, *, purpose: str, resource_id: str, expires: str, signature: str) -> None:
        """Raise NotAuthenticated unless `sign_url` made these parameters and they still hold."""
        # Bytes, for strings with other letters than ASCII cannot be compared in constant time.
        until = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 16 else 0
        expected = self._sign(purpose, resource_id, until).encode()
        genuine = hmac.compare_digest(expected, signature.encode(errors="replace"))
        if not genuine or until < time.time():
            raise NotAuthenticated(LINK_NOT_VALID)

    def _check(self, claims: dict[str, Any]) -> None:
        issuer, subject, expires = claims.get("iss"), claims.get("sub"), claims.get("exp")
        not_before = claims.get("nbf", 0)
        if not isinstance(issuer, str) or not urlsplit(issuer).path.endswith(self._realm_path):
            raise NotAuthenticated(NOT_VALID)
        if not isinstance(subject, str) or not subject or claims.get("aud") != AUDIENCE:
            raise NotAuthenticated(NOT_VALID)
        if not isinstance(expires, int) or not isinstance(not_before, int):
            raise NotAuthenticated(NOT_VALID)
        now = time.time()
        if expires + LEEWAY < now:
            raise NotAuthenticated(EXPIRED)
        if not_before - LEEWAY > now:
            raise NotAuthenticated(NOT_VALID)

    def _sign(self, purpose: str, resource_id: str, expires: int) -> str:
        message = "\n".join((purpose, resource_id, str(expires))).encode()
        return hmac.new(self._link_key, message, hashlib.sha256).hexdigest()


def _new_key() -> bytes:
    return RSAKey.generate_key(KEY_BITS, private=True).as_pem(private=True)
