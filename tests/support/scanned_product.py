"""A product over the API with an image that has findings."""

from typing import Any

from tests.support.api_client import Api
from tests.support.judged import HOLE, judged
from tests.support.scanned_trees import BUSYBOX, finding, small_tree, store

from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.storage.repositories.findings import FindingRepository

GRID = "/api/v4/grids/findings:gridList"
FORMULA = finding("=1+1", BUSYBOX, severity=Severity.LOW)


class Scanned:
    """A product with an image whose scan has ended."""

    def __init__(self, api: Api, *findings: Finding) -> None:
        self.api, self.product = api, api.product()
        self.image = api.image(self.product)
        self.product_id, self.scan_id = self.product.rpartition("/")[2], self.image["latestScan"]["id"]
        self.path = f"{self.product}/images/{self.image['id']}"
        store(api.database, self.product_id, self.scan_id, small_tree(), *(findings or (judged(), FORMULA)))

    def again(self, *findings: Finding) -> None:
        with self.api.database.begin() as tx:
            FindingRepository(tx).store(self.product_id, self.scan_id, findings)

    def rows(self, **query: Any) -> Any:
        answer = self.api.http.post(GRID, json=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["rows"]

    def one(self, name: str = HOLE.name) -> str:
        (row,) = self.rows(filters=[{"field": "name", "value": name}])
        return f"{self.product}/findings/{row['id']}"
