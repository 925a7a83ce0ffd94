"""Whatever is asked, the answer keeps the contract and is never the server's failure."""

import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.test_operations import SERVED
from tests.support.api_client import Api
from tests.support.judged import judged
from tests.support.scanned_trees import small_tree, store

from pellucid.api.contract import Operation
from pellucid.domain.ids import new_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.lists(st.text(), max_size=2) for name in ("name", "description", "version", "type", "ids")
    },
)
# Nearly right, so that requests come as far as the database.
FILTERS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(
            [
                *("filename", "size", "createTime", "isAttachment", "imageId", "scanId", "name", "kind", "severity"),
                *("findingStatus", "exploitabilityPredicates", "componentId", "compareLeftImageId", "compareSide"),
                *("compareRightImageId", "comparison.status", "epssProbability", "date", "description"),
            ]
        ),
        "comparator": st.sampled_from(["equals", "contains", "between", "in", "notContains", "overlaps"]),
        "value": JSON | st.lists(JSON, min_size=2, max_size=2),
    }
)
GRIDS = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.lists(FILTERS, max_size=2) | JSON,
        "page": st.fixed_dictionaries({"num": st.integers(0, 10001), "size": st.integers(-1, 101)}) | JSON,
        "sortBy": st.fixed_dictionaries({"field": st.sampled_from(["size", "filename", "name"])}) | JSON,
    },
)
FIELDS = FIELDS | GRIDS
BODIES = st.binary(max_size=40) | JSON.map(json.dumps).map(str.encode) | FIELDS.map(json.dumps).map(str.encode)
TYPES = st.sampled_from(
    ["application/json", "multipart/form-data", "multipart/form-data; boundary=B", "text/plain", ""]
)
QUERY = st.dictionaries(
    st.sampled_from(
        [
            *("status", "withCounts", "createScan", "imageName", "version", "filename", "tempFileId", "contentType"),
            *("mode", "occurrences.imageId", "skip", "size", "exploitabilityPredicates", "createTimeFrom", "vulnId"),
        ]
    ),
    st.sampled_from(["true", "maybe", "", "csv", "full", "0001-01-01"]) | st.text(max_size=12),
    max_size=4,
)
PARAMETERS = st.lists(st.text(min_size=1, max_size=30) | st.just(new_id()) | st.none(), min_size=3, max_size=3)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SERVED), PARAMETERS, QUERY, st.tuples(TYPES, BODIES))
def test_any_request_is_answered(
    shared_api: Api, operation: Operation, parameters: list[str | None], query: dict[str, str], sent: tuple[str, bytes]
) -> None:
    path = operation.path
    for value in parameters:
        if "{" in path:
            # None: what is there.
            name = path[path.index("{") : path.index("}") + 1]
            path = path.replace(name, quote(value or known(shared_api, name), safe=""), 1)
    kind, body = sent
    headers = {"Content-Type": kind} if kind else {}
    answer = shared_api.http.request(operation.method, path, params=query, content=body, headers=headers)
    assert answer.status_code < 500, answer.text


def known(api: Api, name: str) -> str:
    """The id of a product, image, scan, file or finding that exists; of other things, of none."""
    if id(api) not in FOUND:
        product = api.product()
        image = api.image(product)
        FOUND[id(api)] = {"{productId}": image["parent"].partition("/")[2], "{imageId}": image["id"]}
        FOUND[id(api)] |= {"{scanId}": image["latestScan"]["id"], "{fileId}": image["files"][0]["id"]}
        product_id, scan_id = FOUND[id(api)]["{productId}"], FOUND[id(api)]["{scanId}"]
        store(api.database, product_id, scan_id, small_tree(), judged())
        (row,) = api.http.post("/api/v4/grids/findings:gridList").json()["rows"]
        FOUND[id(api)]["{findingId}"] = row["id"]
    return FOUND[id(api)].get(name) or new_id()


FOUND: dict[int, dict[str, str]] = {}
