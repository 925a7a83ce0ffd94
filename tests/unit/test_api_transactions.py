"""One transaction a request: committed before the answer, undone after an error, and never in another's way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import event
from tests.support.api_client import Api, make_api, serving
from tests.support.contract_checks import check

from pellucid.services.scans import Scans
from pellucid.storage.database import Database


@pytest.fixture
def either(database: Database, tmp_path: Path, keys: Path) -> Api:
    """The application over SQLite, and over PostgreSQL."""
    return make_api(database, tmp_path, keys)


def test_what_is_answered_is_stored(either: Api) -> None:
    product = either.product()
    assert either.http.get(product).status_code == 200
    image = either.image(product)
    assert either.http.get(f"{product}/images/{image['id']}").json()["files"] != []
    place = either.http.get(f"{product}/tempFiles:generateUploadUrl").json()["uploadUrl"]
    assert either.client(None).put(place, content=b"x").status_code == 200


def test_after_an_error_nothing_is_stored(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    product = api.product()

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Scans, "start", broken)
    form = {"imageName": "router", "version": "1"}
    answer = api.http.post(f"{product}/images:upload", data=form, files={"file": ("f.bin", b"x")})
    assert answer.status_code == 500
    assert api.http.get(f"{product}/images").json() == {"images": []}


def test_a_failed_commit_is_no_success(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer waits for the commit: a disk that fails then must not be a 201."""

    def refuse(_connection: object) -> None:
        raise OSError("no room for the log")

    event.listen(api.database.engine, "commit", refuse)
    answer = api.http.post("/api/v4/products", json={"name": "Router"})
    event.remove(api.database.engine, "commit", refuse)
    assert answer.status_code == 500
    assert api.http.get("/api/v4/products").json() == {"products": []}


def test_many_writers_at_once(either: Api) -> None:
    """More requests than threads: none may wait for a lock whose holder waits for a thread."""
    headers = {"Authorization": f"Bearer {either.token(either.admin)}"}
    with (
        serving(either.app) as url,
        httpx2.Client(headers=headers, timeout=60) as client,
        ThreadPoolExecutor(80) as pool,
    ):

        def create(number: int) -> int:
            answer = client.post(f"{url}/api/v4/products", json={"name": f"Router {number}"})
            check(answer)
            return answer.status_code

        assert list(pool.map(create, range(120))) == [201] * 120
        assert len(client.get(f"{url}/api/v4/products").json()["products"]) == 120


def test_of_two_equal_names_one_wins(either: Api) -> None:
    headers = {"Authorization": f"Bearer {either.token(either.admin)}"}
    with (
        serving(either.app) as url,
        httpx2.Client(headers=headers, timeout=60) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        codes = pool.map(lambda _: client.post(f"{url}/api/v4/products", json={"name": "Router"}).status_code, range(8))
        assert sorted(codes) == [201] + [409] * 7
