"""All 109 operations: nobody gets in without a token, what is planned says so, what is served keeps the contract."""

import pytest
from tests.contract.exercises import EXERCISES
from tests.support.api_client import Api

from pellucid.api import contract
from pellucid.api.contract import Operation
from pellucid.domain.ids import new_id

OPERATIONS = list(contract.operations().values())
SERVED = [operation for operation in OPERATIONS if operation.coverage == "served"]
NOT_SERVED = [operation for operation in OPERATIONS if operation.coverage != "served"]


def address(operation: Operation, **known: str) -> str:
    """The operation's path with something in the place of each parameter."""
    path = operation.path
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    return path


def test_there_are_109() -> None:
    assert len(OPERATIONS) == 109
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == 109


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_nobody_gets_in_without_a_token(shared_api: Api, operation: Operation) -> None:
    answer = shared_api.client(None).request(operation.method, address(operation), content=b"{not json")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", NOT_SERVED, ids=lambda operation: operation.id)
def test_what_is_not_served_says_so(shared_api: Api, operation: Operation) -> None:
    answer = shared_api.http.request(operation.method, address(operation))
    assert answer.status_code == 501
    assert answer.json()["message"].startswith(f"{operation.id} is planned")
    assert answer.json()["details"][0]["reason"] == operation.reason


@pytest.mark.parametrize("operation", SERVED, ids=lambda operation: operation.id)
def test_what_is_served_keeps_the_contract(api: Api, operation: Operation) -> None:
    answer = EXERCISES[operation.id](api)
    assert answer.status_code == operation.status
    assert answer.request.method == operation.method


@pytest.mark.parametrize(
    "operation", [operation for operation in SERVED if operation.permission], ids=lambda operation: operation.id
)
def test_a_permission_is_asked_for_on_the_product(shared_api: Api, operation: Operation) -> None:
    product_id = shared_api.product(operation.id).rpartition("/")[2]
    stranger = shared_api.client(shared_api.user(f"{operation.id}@localhost"))
    answer = stranger.request(operation.method, address(operation, productId=product_id), content=b"{not json")
    assert answer.status_code == 403
    resource = f"products/{product_id}" if "{productId}" in operation.path else shared_api.org.resource_name
    assert answer.json()["permission"] == operation.permission
    assert answer.json()["resourceName"] == resource


@pytest.mark.parametrize(
    "operation",
    [operation for operation in SERVED if "{productId}" in operation.path],
    ids=lambda operation: operation.id,
)
def test_an_unknown_product_is_not_found(shared_api: Api, operation: Operation) -> None:
    assert shared_api.http.request(operation.method, address(operation)).status_code == 404
