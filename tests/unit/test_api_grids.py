"""Grids over the API: what may be left out, what is refused in the envelope, links that the caller may use."""

from typing import Any

import pytest
from tests.support.api_client import Api
from tests.support.scanned_trees import BUSYBOX, SOFTWARE, finding, small_tree, store

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
    for grid in ("files", "components", "dependencies"):
        assert http.post(f"/api/v4/grids/{grid}:gridList", json={}).json() == {"rows": [], "total": 0}


def test_a_dependency_has_an_id_to_ask_for_it_by(api: Api) -> None:
    product = api.product()
    image = api.image(product)
    seen = finding("CVE-1", BUSYBOX, about=(SOFTWARE,), known_fixed_version="1.37")
    store(api.database, product.rpartition("/")[2], image["latestScan"]["id"], small_tree(), seen)
    grid = "/api/v4/grids/dependencies:gridList"
    row, other = api.http.post(grid, json={}).json()["rows"]
    assert row == {
        "id": row["id"],
        "scanId": image["latestScan"]["id"],
        "vendor": "busybox",
        "product": "busybox",
        "version": "1.36.1",
        "license": "GPL-2.0-only",
        "linkage": "direct",
        "componentsCount": 1,
        "severitiesAll": 1,
        "severitiesCritical": 0,
        "severitiesHigh": 1,
        "severitiesMedium": 0,
        "severitiesLow": 0,
        "severitiesUnspecified": 0,
        "hasKnownFix": True,
        "findingsWithKnownFixAll": 1,
    }
    assert (other["hasKnownFix"], other["severitiesAll"]) == (False, 0)
    query = {"filters": [{"field": "id", "value": other["id"]}]}
    assert api.http.post(grid, json=query).json() == {"rows": [other], "total": 1}


@pytest.mark.parametrize(
    ("chart", "query", "field"),
    [
        ("dependencies", {"fields": ["vendor"]}, "fields.0"),
        ("dependencies", {"aggregation": {"kind": "sum"}}, "aggregation.kind"),
        ("dependencies", {"filters": [{"field": "x", "value": 1}]}, "filters.0.field"),
        ("components", {"fields": ["kind"]}, "fields.0"),
        ("components", {"filters": [{"field": "kind", "comparator": "between", "value": 1}]}, "filters.0.comparator"),
    ],
)
def test_charts_refuse_what_they_do_not_have(shared_api: Api, chart: str, query: Any, field: str) -> None:
    answer = shared_api.http.post(f"/api/v4/charts/{chart}:chartList", json=query)
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == field


@pytest.mark.parametrize("query", [None, {}, {"fields": None, "filters": None, "aggregation": None, "more": 1}])
def test_a_chart_of_nothing_in_particular_is_one_number(shared_api: Api, query: Any) -> None:
    for chart in ("dependencies", "components"):
        path = f"/api/v4/charts/{chart}:chartList"
        answer = shared_api.http.post(path, json=query) if query is not None else shared_api.http.post(path)
        assert answer.json() == {"rows": [{"value": 0}]}


def test_distinct_dependencies_of_products(api: Api) -> None:
    product = api.product()
    for version in ("1", "2"):
        image = api.image(product, version)
        store(api.database, product.rpartition("/")[2], image["latestScan"]["id"], small_tree())
    query: dict[str, Any] = {"fields": ["productId"], "filters": [{"field": "ecosystem", "value": "Debian:12"}]}
    counted = {}
    for kind in ("countAll", "countDistinct"):
        (row,) = api.http.post(
            "/api/v4/charts/dependencies:chartList", json=query | {"aggregation": {"kind": kind}}
        ).json()["rows"]
        counted[kind] = row["value"]
        assert row["productId"] == product.rpartition("/")[2]
    assert counted == {"countAll": 2, "countDistinct": 1}
