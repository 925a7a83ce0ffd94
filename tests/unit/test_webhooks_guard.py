"""Where webhooks may go: addresses in every notation, names, resolvers that lie."""

import socket
import threading
import time
from ipaddress import ip_address

import httpcore2
import pytest

from pellucid.errors import InvalidRequest
from pellucid.services.webhook_guard import GuardedBackend, check_url, vetted, why_private

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "2001::1",
    "2001:10::1",
    "3fff::1",
    "64:ff9b:1::1",
    "100::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "2002:a00:1::1",
    "2002:7f00:1::",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_named_as_such(address: str) -> None:
    assert why_private(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_passes(address: str) -> None:
    assert why_private(ip_address(address)) == ""


@pytest.mark.parametrize(
    "url",
    [
        *(f"http://{f'[{address}]' if ':' in address else address}/hook" for address in PRIVATE),
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://017700000001/",
        "http://localhost/",
        "http://LOCALHOST.:8080/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://hooks.localhost/",
    ],
)
def test_a_url_of_a_private_place_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidRequest, match="PELLUCID_WEBHOOK_ALLOW_PRIVATE"):
        check_url(url, allow_private=False)
    assert check_url(url, allow_private=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "must begin with https"),
        ("ftp://example.com/", "must begin with https"),
        ("file:///etc/passwd", "must begin with https"),
        ("javascript:alert(1)", "must begin with https"),
        ("https://", "names no host"),
        ("https:///hook", "names no host"),
        ("https://exa mple.com/", "names no host"),
        ("https://example.com:0/", "names no host"),
        ("https://example.com:65536/", "names no host"),
        ("https://example.com:http/", "not a URL"),
        ("https://user:password@example.com/", "user name or password"),
        ("https://example.com\\@127.0.0.1/", "user name or password"),
        ("https://example.com/" + "x" * 3000, "longer than 2000"),
    ],
)
@pytest.mark.parametrize("allow_private", [True, False])
def test_what_is_no_usable_url_is_refused_with_the_reason(url: str, said: str, *, allow_private: bool) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        check_url(url, allow_private=allow_private)
    assert caught.value.details[0].field == "url"


def test_a_public_name_passes_and_is_written_in_ascii() -> None:
    assert str(check_url("https://hooks.example.com:8443/a?b=c", allow_private=False)) == (
        "https://hooks.example.com:8443/a?b=c"
    )
    assert check_url("https://bücher.example/", allow_private=False).raw_host == b"xn--bcher-kva.example"


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(InvalidRequest, match=r"hooks\.example \(10\.0\.0\.7\) is a private"):
        vetted("hooks.example", 443, allow_private=False, resolve=lambda _host, _port: ["8.8.8.8", "10.0.0.7"])


def test_a_name_is_resolved_once_and_the_vetted_address_is_connected_to() -> None:
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def resolve(host: str, _port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        backend = GuardedBackend(allow_private=True, deadline=time.monotonic() + 5, resolve=resolve)
        stream = backend.connect_tcp("receiver.example", port)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        stream.close()
    assert asked == ["receiver.example"]


def test_nothing_is_connected_to_a_private_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        backend = GuardedBackend(
            allow_private=False, deadline=time.monotonic() + 5, resolve=lambda _host, _port: ["127.0.0.1"]
        )
        with pytest.raises(InvalidRequest, match="loopback"):
            backend.connect_tcp("rebound.example", server.getsockname()[1])
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with socket.create_server(("127.0.0.2", 0)) as server:
        port = server.getsockname()[1]
        backend = GuardedBackend(
            allow_private=True, deadline=time.monotonic() + 5, resolve=lambda _host, _port: ["127.0.0.3", "127.0.0.2"]
        )
        stream = backend.connect_tcp("receiver.example", port)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.2"
        stream.close()


def read_for_ever(stream: httpcore2.NetworkStream) -> None:
    while stream.read(1, timeout=60):
        pass


def test_a_receiver_that_drips_bytes_is_cut_off_at_the_deadline() -> None:
    done = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not done.wait(0.05):
                connection.send(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        try:
            backend = GuardedBackend(
                allow_private=True, deadline=time.monotonic() + 0.4, resolve=lambda host, _port: [host]
            )
            stream = backend.connect_tcp("127.0.0.1", server.getsockname()[1])
            before = time.monotonic()
            with pytest.raises(httpcore2.TimeoutException):
                read_for_ever(stream)
            assert time.monotonic() - before < 2
            stream.close()
        finally:
            done.set()
            thread.join()
