"""Routes come from the contract: addresses with colons, permissions, no start when something is missing."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from tests.support.api_client import Api

from pellucid.api import contract
from pellucid.api.contract import Operation
from pellucid.api.router import ContractRouter, mount
from pellucid.domain.ids import new_id
from pellucid.domain.roles import RoleKey
from pellucid.errors import ConfigurationError


def operation(name: str, **changes: Any) -> Operation:
    known = {"method": "GET", "path": f"/{name}", "status": 200, "permission": "", "tag": "Test", "summary": ""}
    return Operation(id=name, **{**known, "coverage": "served", "reason": "", **changes})


def router(*names: str) -> ContractRouter:
    made = ContractRouter()
    for name in names:
        handler: Callable[[], None] = lambda: None  # noqa: E731 (a fresh one for each name)
        made.operation(name)(handler)
    return made


@pytest.mark.parametrize(
    ("routers", "operations"),
    [
        pytest.param([], [operation("A")], id="served without a handler"),
        pytest.param([router("B")], [], id="handler of nothing"),
        pytest.param(
            [router("A")], [operation("A", coverage="planned", reason="later")], id="handler of a planned one"
        ),
        pytest.param([router("A"), router("A")], [operation("A")], id="two handlers"),
    ],
)
def test_the_application_does_not_start(routers: list[ContractRouter], operations: list[Operation]) -> None:
    with pytest.raises(ConfigurationError):
        mount(FastAPI(), routers, {item.id: item for item in operations})


def test_two_handlers_in_one_module_are_refused() -> None:
    with pytest.raises(ConfigurationError):
        router("A", "A")


def test_every_address_of_the_contract_leads_to_its_operation(shared_api: Api) -> None:
    """No pattern swallows another one's address, whatever colons and dashes are in it."""
    routes = shared_api.app.router.routes
    for item in contract.operations().values():
        path = item.path
        while "{" in path:
            path = path.replace(path[path.index("{") : path.index("}") + 1], new_id(), 1)
        scope = {"type": "http", "method": item.method, "path": path, "headers": []}
        full = (route for route in routes if route.matches(scope)[0].name == "FULL")
        found = next(full)
        assert getattr(found, "operation_id", None) or getattr(found, "name", None) == item.id
        assert (getattr(found, "operation_id", None) or found.name) == item.id  # type: ignore[attr-defined]  # a Route


def test_the_openapi_document_names_what_is_served(shared_api: Api) -> None:
    document = shared_api.http.get("/openapi.json").json()
    items = [item for methods in document["paths"].values() for item in methods.values()]
    names = {item["operationId"] for item in items}
    served = {item.id for item in contract.operations().values() if item.coverage == "served"}
    assert served | {"ListOrgs", "FollowScan", "ListScanProblems", "CreateWebhook"} <= names
    assert not names & (contract.operations().keys() - served)
    # Only where the contract has it: validation answers 400.
    stated = [item["responses"]["422"] for item in items if "422" in item["responses"]]
    named = {f"#/components/responses/Unprocessable{what}" for what in ("", "Rules")}
    assert {answer["$ref"] for answer in stated} == named
    text = json.dumps(document)
    for reference in set(re.findall(r'"#/components/([^"]+)"', text)):
        kind, name = reference.split("/")
        assert name in document["components"][kind], reference
    assert shared_api.http.get("/docs").status_code == 404


def test_a_grant_on_one_product_ends_at_its_border(api: Api) -> None:
    mine, other = api.product("Mine"), api.product("Other")
    role = {f"products_{mine.rpartition('/')[2]}": RoleKey.READ_ONLY}
    client = api.client(api.user("reader@localhost", **role))
    assert [item["name"] for item in client.get("/api/v4/products").json()["products"]] == ["Mine"]
    assert client.get(mine).status_code == 200
    assert client.get(other).status_code == 403
    assert client.patch(mine, json={"name": "Yours"}).status_code == 403
    me = client.get("/api/v4/users/me").json()
    assert [item["resourceName"] for item in me["resourcesPermissions"]] == [mine.removeprefix("/api/v4/")]


def test_a_product_may_be_named_by_its_resource_name_and_in_small_letters(api: Api) -> None:
    product_id = api.product().rpartition("/")[2]
    for name in (f"products/{product_id}", f"products%2F{product_id}", product_id.lower()):
        assert api.http.get(f"/api/v4/products/{name}").json()["id"] == product_id
        assert api.http.get(f"/api/v4/products/{name}/images").json() == {"images": []}


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic x", "Bearer x.y.z", "Bearer " + "x" * 100_000, "x" * 9000]
)
def test_a_token_that_is_none_is_401(shared_api: Api, header: str) -> None:
    answer = shared_api.client(None).get("/api/v4/products", headers={"Authorization": header})
    assert answer.status_code == 401


def test_orgs_are_listed(shared_api: Api) -> None:
    org = shared_api.org
    assert shared_api.http.get("/api/v4/orgs").json() == {"orgs": [{"id": org.id, "name": org.name}]}
    assert shared_api.client(None).get("/api/v4/orgs").status_code == 401
