"""The client of a server: tokens, names, answers that are none."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.scripted_api import Reply, Request, ScriptedApi

from pellucid.cli.api_client import ApiClient
from pellucid.errors import ConfigurationError, NotAuthenticated, NotFound, RequestError, ServerUnreachable

TOKEN_PATH = "/realms/pellucid/protocol/openid-connect/token"
ID = "01J9Z3T5N8K2V4Q6R7S0W1X2Y3"


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with ScriptedApi() as running:
        yield running


def with_token(api: ScriptedApi) -> ApiClient:
    return ApiClient({"PELLUCID_URL": api.url + "/", "PELLUCID_TOKEN": "given"})


def with_secret(api: ScriptedApi) -> ApiClient:
    return ApiClient({"PELLUCID_URL": api.url, "PELLUCID_CLIENT_ID": "id", "PELLUCID_CLIENT_SECRET": "s3cret"})


def give_tokens(api: ScriptedApi, lifetime: int) -> None:
    """Number the tokens, and accept only the newest."""
    given = 0

    def token(_: Request) -> Reply:
        nonlocal given
        given += 1
        return Reply({"access_token": f"token{given}", "token_type": "Bearer", "expires_in": lifetime})

    def thing(request: Request) -> Reply:
        good = request.headers["authorization"] == f"Bearer token{given}"
        return Reply({"good": True}) if good else Reply({"message": "The token has expired."}, 401)

    api.routes[f"POST {TOKEN_PATH}"] = token
    api.routes["GET /thing"] = thing


def test_a_given_token_is_used_as_it_is(api: ScriptedApi) -> None:
    api.routes["GET /thing"] = lambda _: Reply({"a": 1})
    assert with_token(api).get("/thing", status="true") == {"a": 1}
    (request,) = api.requests
    assert request.headers["authorization"] == "Bearer given"
    assert request.query == {"status": "true"}


def test_a_token_is_fetched_once_and_used_until_shortly_before_its_end(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_tokens(api, lifetime=1800)
    now = [1000.0]
    monkeypatch.setattr("pellucid.cli.api_client.time.monotonic", lambda: now[0])
    client = with_secret(api)
    client.get("/thing")
    now[0] += 1700
    client.get("/thing")
    assert len(api.seen(f"POST {TOKEN_PATH}")) == 1
    now[0] += 50
    client.get("/thing")
    fetched = api.seen(f"POST {TOKEN_PATH}")
    assert len(fetched) == 2
    assert fetched[0].body == b"grant_type=client_credentials&client_id=id&client_secret=s3cret"


def test_a_token_that_the_server_no_longer_takes_is_renewed_once(api: ScriptedApi) -> None:
    give_tokens(api, lifetime=1800)
    client = with_secret(api)
    client.get("/thing")
    api.routes[f"POST {TOKEN_PATH}"](api.requests[0])  # somebody else fetches one: ours is stale
    assert client.get("/thing") == {"good": True}
    api.routes["GET /thing"] = lambda _: Reply({"message": "No."}, 401)
    before = len(api.requests)
    with pytest.raises(NotAuthenticated, match=r"No\. \(HTTP 401\): check PELLUCID_TOKEN"):
        client.get("/thing")
    assert len(api.requests) - before == 3, "asked, renewed, asked again, and no more"


def test_wrong_credentials_are_told_from_a_missing_server(api: ScriptedApi) -> None:
    refusal = {"error": "invalid_client", "error_description": "The client secret is wrong."}
    api.routes[f"POST {TOKEN_PATH}"] = lambda _: Reply(refusal, 401)
    with pytest.raises(NotAuthenticated, match=r"The client secret is wrong\."):
        with_secret(api).get("/thing")


@pytest.mark.parametrize(
    "environment",
    [{}, {"PELLUCID_CLIENT_ID": "id"}, {"PELLUCID_CLIENT_SECRET": "s3cret"}, {"PELLUCID_TOKEN": ""}],
)
def test_missing_credentials_are_said_before_anything_is_sent(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"credentials\.json"):
        ApiClient(environment)


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (Reply({"message": "There is no image."}, 404), NotFound, r"There is no image\. \(HTTP 404\)"),
        (Reply({"message": "It is taken."}, 409), RequestError, r"It is taken\. \(HTTP 409\)"),
        (Reply(chunks=[b"<html>502</html>"], status=502, type="text/html"), RequestError, r"\(HTTP 502\)"),
        (Reply(chunks=[b"<html>Welcome</html>"], type="text/html"), ServerUnreachable, "not answer like a Pellucid"),
        (Reply({}, 302, headers={"location": "https://login.example/"}), ServerUnreachable, "PELLUCID_URL right"),
        (Reply(chunks=[b""]), ServerUnreachable, "not answer like a Pellucid"),
    ],
)
def test_every_other_answer_becomes_an_error_that_says_what_came(
    api: ScriptedApi, reply: Reply, error: type[Exception], said: str
) -> None:
    api.routes["GET /thing"] = lambda _: reply
    with pytest.raises(error, match=said):
        with_token(api).get("/thing")


def test_products_and_images_are_found_by_id_and_by_name(api: ScriptedApi) -> None:
    other = "01J9Z3T5N8K2V4Q6R7S0W1X2Y4"
    images: list[dict[str, Any]] = [
        {"id": ID, "name": "fw", "version": "1", "createTime": "2026-01-01T00:00:00Z"},
        {"id": other, "name": "fw", "version": "2", "createTime": "2026-01-02T00:00:00Z"},
    ]
    api.routes["GET /api/v4/products"] = lambda _: Reply({"products": [{"id": ID, "name": "router"}]})
    api.routes[f"GET /api/v4/products/{ID}/images"] = lambda _: Reply({"images": images})
    client = with_token(api)
    assert client.product_id(f"products/{ID.lower()}") == ID
    assert not api.requests
    assert client.product_id("router") == ID
    assert client.image_id(ID, "fw") == other
    assert client.image_id(ID, "fw@1") == ID
    assert client.image_id(ID, f"products/{ID}/images/{other}") == other
    with pytest.raises(NotFound, match=r"no product 'switch' .* There are: router\."):
        client.product_id("switch")
    with pytest.raises(NotFound, match=r"There are: fw@2, fw@1\."):
        client.image_id(ID, "fw@3")
