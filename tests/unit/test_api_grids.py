"""Grids over the API: what may be left out, what is refused in the envelope, links that the caller may use."""

from typing import Any

import pytest
from tests.support.api_client import Api

from pellucid.domain.roles import RoleKey

FILES = "/api/v4/grids/files:gridList"


@pytest.mark.parametrize(
    "query", [None, {}, {"filters": [], "page": {}, "sortBy": []}, {"filters": None, "sortBy": {}, "more": 1}]
)
def test_everything_may_be_left_out(api: Api, query: Any) -> None:
    product = api.product()
    for version in range(11):
        api.image(product, str(version))
    answer = api.http.post(FILES, json=query) if query is not None else api.http.post(FILES)
    assert answer.status_code == 200
    assert (len(answer.json()["rows"]), answer.json()["total"]) == (10, 11)


def test_pages(api: Api) -> None:
    product = api.product()
    names = [api.image(product, str(version))["files"][0]["id"] for version in range(3)]
    seen = []
    for number in (1, 2, 3):
        query = {"page": {"num": number, "size": 1}, "sortBy": [{"field": "id", "direction": "descend"}]}
        seen += [row["id"] for row in api.http.post(FILES, json=query).json()["rows"]]
    assert seen == names[::-1]
    assert api.http.post(FILES, json={"page": {"size": 0}}).json() == {"rows": [], "total": 3}


@pytest.mark.parametrize(
    ("query", "field", "word"),
    [
        ({"filters": [{"field": "x", "value": 1}]}, "filters.0.field", "filename, isAttachment"),
        ({"filters": [{"field": "size", "comparator": "above", "value": 1}]}, "filters.0.comparator", "between"),
        ({"filters": [{"field": "size"}]}, "filters.0.value", "required"),
        ({"filters": [{"value": 1}]}, "filters.0.field", "required"),
        ({"filters": [{"field": "size", "value": 1}] * 51}, "filters", "at most 50"),
        ({"page": {"num": 0}}, "page.num", "1"),
        ({"page": {"num": 10_001}}, "page.num", "10000"),
        ({"page": {"size": 101}}, "page.size", "100"),
        ({"sortBy": {"field": "x"}}, "sortBy.field", "filename, isAttachment"),
        ({"sortBy": [{"field": "size"}] * 9}, "sortBy", "at most 8"),
    ],
)
def test_what_is_refused_says_where_and_why(shared_api: Api, query: Any, field: str, word: str) -> None:
    answer = shared_api.http.post(FILES, json=query)
    assert answer.status_code == 400
    (detail, *_) = answer.json()["details"]
    assert detail["field"] == field
    assert word in detail["reason"]


def test_only_who_may_download_gets_links_that_work_alone(api: Api) -> None:
    path = api.product()
    api.image(path)
    resource = "products_" + path.rpartition("/")[2]
    signed = {}
    for role in (RoleKey.READ_ONLY, RoleKey.RULE_ADMIN):
        http = api.client(api.user(f"{role}@localhost", **{resource: role}))
        (row,) = http.post(FILES, json={}).json()["rows"]
        signed[role] = api.client(None).get(row["downloadUrl"]).status_code
    assert signed == {RoleKey.READ_ONLY: 200, RoleKey.RULE_ADMIN: 401}


def test_strangers_see_nothing(api: Api) -> None:
    api.image(api.product())
    http = api.client(api.user("stranger@localhost"))
    for grid in ("files", "components"):
        assert http.post(f"/api/v4/grids/{grid}:gridList", json={}).json() == {"rows": [], "total": 0}
