"""Webhooks over the API: who may, the secret that is shown once, and answers in the shapes of the others."""

from tests.support.api_client import Api

from pellucid.domain.ids import new_id

ALL = "/api/v4/webhooks"


def test_the_life_of_a_webhook(api: Api) -> None:
    answer = api.http.post(ALL, json={"url": "https://93.184.216.34/hook", "events": ["scan.completed"]})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    one = f"{ALL}/{made['webhook']['id']}"
    assert api.http.get(ALL).json() == {"webhooks": [made["webhook"]]}
    assert api.http.get(one).json() == made["webhook"]
    delivery = api.http.post(f"{one}:test")
    assert delivery.status_code == 201
    assert len(api.http.get(f"{one}/deliveries").json()["deliveries"]) == 1
    assert api.http.post(f"{one}/deliveries/{delivery.json()['id']}:replay").status_code == 409
    assert api.http.post(f"{one}:rotateSecret").json()["secret"] != made["secret"]
    assert api.http.delete(one).status_code == 200
    assert api.http.get(one).status_code == 404
    assert api.http.get(ALL).json() == {"webhooks": []}


def test_what_is_wrong_is_named(api: Api) -> None:
    for body in (
        {},
        {"url": "https://93.184.216.34/", "events": ["nothing"]},
        {"url": "http://127.0.0.1/"},
        {"url": "x"},
    ):
        assert api.http.post(ALL, json=body).status_code == 400, body
    assert api.http.get(f"{ALL}/{new_id()}").status_code == 404
    assert api.http.get(f"{ALL}/x").status_code == 400


def test_nobody_subscribes_without_leave(api: Api) -> None:
    stranger = api.client(api.user("stranger@localhost"))
    assert stranger.post(ALL, json={"url": "https://93.184.216.34/"}).status_code == 403
    assert stranger.get(ALL).json() == {"webhooks": []}
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{new_id()}"), ("POST", f"/{new_id()}:test")):
        assert api.client(None).request(method, ALL + path).status_code == 401
