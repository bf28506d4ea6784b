"""With the upstream of the Kubernetes settings: one name, behind which are several workers, and one of them dies in mid message."""

import http.server
import threading
from collections.abc import Iterator

import pytest
import yaml

from tests.integration.nginx import Browser, Nginx
from tests.integration.website import ROOT
from tests.ports import free_port


class _Service:
    """What a service is to nginx: one address. Each connection leads to the next pod; those that are to die do so in mid message."""

    def __init__(self, dying: int) -> None:
        service = self
        self.dying, self.asked = dying, 0

        class Pod(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.asked += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                if service.asked <= service.dying:
                    self.connection.close()
                    return
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Pod)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def _upstreams() -> str:
    documents = yaml.safe_load_all((ROOT / "deploy/kubernetes/settings.yaml").read_text())
    return next(str(one["data"]["upstreams.conf"]) for one in documents if one["metadata"]["name"] == "nginx")


def _through(service: _Service, upstreams: str) -> Nginx:
    class Configured(Nginx):
        def name(self, *_: object) -> None:
            text = upstreams.replace("assistant:5005", f"127.0.0.1:{service.server.server_port}").replace("desk:5006", "127.0.0.1:9")
            self.upstreams.write_text(text)

    return Configured([], 9)


@pytest.fixture
def service() -> Iterator[_Service]:
    one = _Service(dying=0)
    yield one
    one.server.shutdown()


@pytest.mark.parametrize("dying", [1, 2])
def test_a_pod_that_dies_in_mid_message_is_not_noticed(service: _Service, dying: int) -> None:
    service.dying = dying
    nginx = _through(service, _upstreams())
    try:
        answer = Browser(nginx).send("POST", "/chat/messages", b"{}", {"Content-Type": "application/json"})
        assert (answer.status, service.asked) == (200, dying + 1)
    finally:
        nginx.stop()


def test_with_the_name_written_once_there_is_no_second_try(service: _Service) -> None:
    """Why it is written more than once."""
    once = _upstreams().replace("    server assistant:5005 max_fails=0;\n", "", 2)
    assert once.count("server assistant:5005") == 1
    service.dying = 1
    nginx = _through(service, once)
    try:
        answer = Browser(nginx).send("POST", "/chat/messages", b"{}", {"Content-Type": "application/json"})
        assert (answer.status, service.asked) == (503, 1)
    finally:
        nginx.stop()
