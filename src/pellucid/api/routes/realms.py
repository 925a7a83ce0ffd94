"""Tokens: the token endpoint (RFC 6749), its keys (RFC 7517) and where they are (OpenID Connect Discovery 1.0).

Errors speak as RFC 6749 section 5.2 says, not in the envelope: clients of this endpoint are OAuth libraries.
"""

import base64
import binascii
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote_plus

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from pellucid.api import context as contexts
from pellucid.api.dependencies import Context, public_url
from pellucid.domain.user import User
from pellucid.errors import Detail, InvalidRequest, NotAuthenticated, NotFound
from pellucid.services.identity import Identity

router = APIRouter(prefix="/realms/{realm}", include_in_schema=False)

PROTOCOL = "/protocol/openid-connect"
FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 16 << 10
MOST_FIELDS = 32
INVALID_CLIENT = "invalid_client"
GRANTS = ("client_credentials", "password")
FRESH = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@router.post(f"{PROTOCOL}/token")
async def token(realm: str, context: Context, request: Request) -> JSONResponse:
    """Exchange client credentials, or a user's password, for an access token."""
    _require_realm(context, realm)
    try:
        fields = await _fields(request)
        client_id, secret = _client(request, fields)
        user = await anyio.to_thread.run_sync(
            _authenticate, context, fields, client_id, secret, limiter=context.checking
        )
    except (InvalidRequest, NotAuthenticated) as refused:
        return _answer(refused, context.settings.realm)
    tokens = context.tokens
    scope = fields.get("scope", "")
    issued = tokens.issue(user.user_id, public_url=public_url(request), client_id=client_id, scope=scope)
    answer = {"access_token": issued, "token_type": "Bearer", "expires_in": tokens.lifetime, "scope": scope}
    return JSONResponse(answer, headers=FRESH)


@router.get(f"{PROTOCOL}/certs")
def certs(realm: str, context: Context) -> JSONResponse:
    """The keys that tokens are signed with."""
    _require_realm(context, realm)
    return JSONResponse(context.tokens.jwks())


@router.get("/.well-known/openid-configuration")
def discovery(realm: str, context: Context, request: Request) -> JSONResponse:
    _require_realm(context, realm)
    issuer = context.tokens.issuer(public_url(request))
    return JSONResponse(
        {
            "issuer": issuer,
            "token_endpoint": f"{issuer}{PROTOCOL}/token",
            "jwks_uri": f"{issuer}{PROTOCOL}/certs",
            "grant_types_supported": list(GRANTS),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "response_types_supported": [],
            "scopes_supported": ["openid"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def _refused(code: str, description: str) -> InvalidRequest | NotAuthenticated:
    """The error to raise: its detail's field is the code of RFC 6749."""
    kind = NotAuthenticated if code == INVALID_CLIENT else InvalidRequest
    return kind(description, details=[Detail(reason=description, field=code)])


def _answer(refused: InvalidRequest | NotAuthenticated, realm: str) -> JSONResponse:
    body = {"error": refused.details[0].field, "error_description": refused.message}
    if isinstance(refused, NotAuthenticated):
        headers = {**FRESH, "WWW-Authenticate": f'Basic realm="{realm}"'}
        return JSONResponse(body, HTTPStatus.UNAUTHORIZED, headers)
    return JSONResponse(body, HTTPStatus.BAD_REQUEST, FRESH)


def _require_realm(context: contexts.Context, realm: str) -> None:
    if realm != context.settings.realm:
        raise NotFound(f"There is no realm {realm[:100]}.")


async def _fields(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise _refused("invalid_request", f"The Content-Type must be {FORM}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise _refused("invalid_request", f"The form is larger than {LONGEST_FORM} bytes.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise _refused("invalid_request", "The form cannot be read.") from error
    if len(dict(pairs)) != len(pairs):
        raise _refused("invalid_request", "A parameter is given twice.")
    return dict(pairs)


def _client(request: Request, fields: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from the Basic scheme (RFC 6749 section 2.3.1) or the form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return fields.get("client_id", ""), fields.get("client_secret", "")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _refused(INVALID_CLIENT, "The Basic credentials cannot be read.") from error
    if not colon:
        raise _refused(INVALID_CLIENT, "The Basic credentials have no secret.")
    return unquote_plus(client_id), unquote_plus(secret)


def _authenticate(context: contexts.Context, fields: Mapping[str, str], client_id: str, secret: str) -> User:
    grant = fields.get("grant_type", "")
    if not grant:
        raise _refused("invalid_request", "grant_type is missing.")
    if grant not in GRANTS:
        raise _refused("unsupported_grant_type", f"Possible grants are {' and '.join(GRANTS)}.")
    if not client_id:
        raise _refused(INVALID_CLIENT, "client_id is missing.")
    with context.database.read() as tx:
        identity = Identity(tx)
        if grant == "client_credentials" or secret:
            # A client that shows a secret must show the right one, whatever the grant.
            account = _authenticate_client(identity, client_id, secret)
        if grant == "client_credentials":
            return account
        username, password = fields.get("username", ""), fields.get("password", "")
        if not username or not password:
            raise _refused("invalid_request", "username and password are required.")
        try:
            return identity.authenticate_user(client_id, username, password)
        except NotAuthenticated as error:
            raise _refused("invalid_grant", error.message) from error


def _authenticate_client(identity: Identity, client_id: str, secret: str) -> User:
    try:
        return identity.authenticate_client(client_id, secret)
    except NotAuthenticated as error:
        raise _refused(INVALID_CLIENT, error.message) from error
