"""The token endpoint: both grants, both ways to show a client, and errors as OAuth libraries expect them."""

import base64
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.support.api_client import HOST, Api, CheckingClient

from pellucid.domain.roles import ROLES, RoleKey
from pellucid.services.passwords import hash_secret
from pellucid.storage.repositories.api_clients import ApiClientRepository
from pellucid.storage.repositories.role_bindings import RoleBindingRepository
from pellucid.storage.repositories.users import UserRepository

TOKEN = "/realms/pellucid/protocol/openid-connect/token"
CLIENT = {"client_id": "ci", "client_secret": "s3cret:/ü"}
PERSON = {"client_id": "ci", "username": "Person@localhost", "password": "correct horse", "scope": "openid"}


@pytest.fixture
def nobody(api: Api) -> CheckingClient:
    """A client without a token; there are an API client and a person with a password."""
    with api.database.begin() as tx:
        users = UserRepository(tx)
        account = users.add(org_id=api.org.id, email="ci@localhost")
        ApiClientRepository(tx).add(client_id="ci", secret_hash=hash_secret(CLIENT["client_secret"]), user=account)
        person = users.add(org_id=api.org.id, email="person@localhost", password_hash=hash_secret(PERSON["password"]))
        for user in (account, person):
            role = ROLES[RoleKey.ORGANIZATION_ADMIN].id
            RoleBindingRepository(tx).add(user=user, role_id=role, resource_name=api.org.resource_name)
    return api.client(None)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@pytest.mark.parametrize(
    "call",
    [
        pytest.param({"data": {"grant_type": "client_credentials", **CLIENT}}, id="client in the form"),
        pytest.param(
            {"data": {"grant_type": "client_credentials"}, "headers": basic("ci", "s3cret%3A%2F%C3%BC")},
            id="client by HTTP Basic",
        ),
        pytest.param({"data": {"grant_type": "password", **PERSON}}, id="password"),
        pytest.param({"data": {"grant_type": "password", **PERSON, **CLIENT}}, id="password, client with its secret"),
    ],
)
def test_a_grant_gives_a_token_that_opens_the_api(nobody: CheckingClient, call: dict[str, Any]) -> None:
    answer = nobody.post(TOKEN, **call)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 1800)
    headers = {"Authorization": f"bearer {body['access_token']}"}
    assert nobody.get("/api/v4/users/me", headers=headers).status_code == 200


def test_anybody_can_check_a_token(nobody: CheckingClient) -> None:
    found = nobody.get("/realms/pellucid/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{HOST}/realms/pellucid"
    assert found["token_endpoint"] == HOST + TOKEN
    keys = KeySet.import_key_set(nobody.get(found["jwks_uri"].removeprefix(HOST)).json())
    token = nobody.post(TOKEN, data={"grant_type": "client_credentials", **CLIENT}).json()["access_token"]
    claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    assert claims["iss"] == found["issuer"]
    assert claims["exp"] - claims["iat"] == 1800


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        ({"data": {"grant_type": "client_credentials", **CLIENT, "client_secret": "no"}}, 401, "invalid_client"),
        ({"data": {"grant_type": "client_credentials", "client_id": "ci"}}, 401, "invalid_client"),
        ({"data": {"grant_type": "client_credentials", "client_secret": "x"}}, 401, "invalid_client"),
        ({"data": {"grant_type": "client_credentials"}, "headers": basic("ci", "no")}, 401, "invalid_client"),
        (
            {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": "Basic ="}},
            401,
            "invalid_client",
        ),
        ({"data": {"grant_type": "password", **PERSON, "password": "no"}}, 400, "invalid_grant"),
        ({"data": {"grant_type": "password", **PERSON, "client_id": "other"}}, 400, "invalid_grant"),
        ({"data": {"grant_type": "password", **PERSON, "client_secret": "no"}}, 401, "invalid_client"),
        ({"data": {"grant_type": "password", "client_id": "ci"}}, 400, "invalid_request"),
        ({"data": {"grant_type": "refresh_token", **CLIENT}}, 400, "unsupported_grant_type"),
        ({"data": CLIENT}, 400, "invalid_request"),
        ({"json": {"grant_type": "client_credentials", **CLIENT}}, 400, "invalid_request"),
        ({"data": {"grant_type": ["password", "password"]}}, 400, "invalid_request"),
        ({"data": {"grant_type": "x" * 20_000}}, 400, "invalid_request"),
    ],
)
def test_what_is_refused_is_refused_as_oauth_says(
    nobody: CheckingClient, call: dict[str, Any], status: int, code: str
) -> None:
    answer = nobody.post(TOKEN, **call)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.headers["cache-control"] == "no-store"


def test_another_realm_is_not_there(nobody: CheckingClient) -> None:
    assert nobody.post(TOKEN.replace("pellucid", "other"), data=CLIENT).status_code == 404
    assert nobody.get("/realms/other/.well-known/openid-configuration").status_code == 404
