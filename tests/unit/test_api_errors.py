"""Errors: each kind has its status, every one wears the envelope, none shows the inside."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.support.api_client import Api

from pellucid import errors
from pellucid.api.errors import STATUS, install
from pellucid.errors import PellucidError


def leaves(kind: type[PellucidError]) -> list[type[PellucidError]]:
    children = kind.__subclasses__()
    return [leaf for child in children for leaf in leaves(child)] if children else [kind]


@pytest.mark.parametrize("leaf", leaves(PellucidError))
def test_every_kind_of_error_has_a_status(leaf: type[PellucidError]) -> None:
    """Its own, or that of the kind it is a case of; the roots of the tree have none."""
    assert any(ancestor in STATUS for ancestor in leaf.__mro__)
    assert not {PellucidError, errors.RequestError} & set(STATUS)


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (errors.LengthRequired(), 411),
        (errors.StorageFull(), 507),
        (errors.PayloadTooLarge(), 413),
        (errors.Conflict(), 409),
        (errors.NotServed(), 501),
    ],
)
def test_what_is_raised_on_purpose_says_what_it_is(raised: PellucidError, status: int) -> None:
    answer = raising(raised)
    assert answer.status_code == status
    assert answer.json() == {"message": type(raised).__doc__, "details": []}


@pytest.mark.parametrize("raised", [RuntimeError("secret"), errors.LeaseLost("secret"), errors.Malformed("secret")])
def test_what_is_not_the_callers_fault_shows_nothing_of_the_inside(raised: Exception) -> None:
    answer = raising(raised)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json()["details"] == []


def raising(error: Exception) -> Any:
    app = FastAPI()
    install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False).get("/")


def test_a_refusal_names_permission_and_resource(api: Api) -> None:
    answer = api.client(api.user("reader@localhost")).post("/api/v4/products", json={"name": "Router"})
    assert answer.status_code == 403
    assert answer.json()["permission"] == "products.create"
    assert answer.json()["resourceName"] == api.org.resource_name


def test_unknown_paths_and_methods_are_told_apart(api: Api) -> None:
    assert api.http.get("/api/v4/nothing").status_code == 404
    assert api.http.get("/api/v4/products/").status_code == 404
    answer = api.http.put("/api/v4/products")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) & {"GET", "POST"}


@pytest.mark.parametrize(
    ("content", "kind", "field"),
    [
        (b"{not json", "application/json", "body"),
        (b"[]", "application/json", "body"),
        (b"{}", "application/json", "name"),
        (b'{"name": 7}', "application/json", "name"),
        (b'{"name": null}', "application/json", "name"),
        (b'{"name": "\\ud800"}', "application/json", "name"),
        (b'{"name": "a\\u0000b"}', "application/json", "name"),
        (b'{"name": "\xff"}', "application/json", None),
        (b"", "application/json", "body"),
        (b"[" * 100_000, "application/json", None),
        (b'{"name": "' + b"n" * 10_000 + b'"}', "application/json", "name"),
        (b"name=Router", "application/x-www-form-urlencoded", "Content-Type"),
        (b"<name/>", "text/xml", "Content-Type"),
    ],
)
def test_a_body_that_is_not_valid_is_400(api: Api, content: bytes, kind: str, field: str | None) -> None:
    answer = api.http.post("/api/v4/products", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    if field is not None:
        assert [detail["field"].split(".")[0] for detail in answer.json()["details"]] == [field]
    assert api.http.get("/api/v4/products").json() == {"products": []}


def test_a_body_needs_no_content_type(api: Api) -> None:
    answer = api.http.post("/api/v4/products", content=json.dumps({"name": "Router"}).encode())
    assert answer.status_code == 201


def test_a_body_is_bounded(api: Api) -> None:
    answer = api.http.post("/api/v4/products", content=b'{"name": "' + b"n" * (5 << 20) + b'"}')
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "product_id", ["x", "prod_abc123", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVV", "%00" * 26, "U" * 26]
)
def test_an_id_that_is_none_is_400(api: Api, product_id: str) -> None:
    answer = api.http.get(f"/api/v4/products/{product_id}")
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["details"]] == ["productId"]
