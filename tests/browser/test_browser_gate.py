"""A3: only this machine gets in, tried on a running server: raw requests, then a real Chromium."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from harness import ARGUMENTS, REPOSITORY, Server, assert_clean, chromium_path, open_page, settle
from playwright.sync_api import Browser, BrowserContext, BrowserType, expect

PATHS = (
    "/",
    "/Round",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/static/js/none.js",
    "/app/static/thumbs/none.webp",
    "/media/none.png",
    "/component/none/x.js",
    "/_stcore/bidi-components/none/x.js",
    "/_stcore/upload_file/a/b",
    "/no-such-page",
)
GATE = "This app answers only at the address it was started at"


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    runs = tmp_path_factory.mktemp("runs")
    return serve(REPOSITORY / "app.py", {"LASER_RUNS_DIR": str(runs)})


def answer(server: Server, *lines: str, method: str = "GET", path: str = "/") -> str:
    """What the server says to a request of exactly these header lines."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        head = [f"{method} {path} HTTP/1.1", *lines, "Connection: close", "", ""]
        wire.sendall("\r\n".join(head).encode())
        parts = []
        while part := wire.recv(65536):
            parts.append(part)
            if b" 101 " in parts[0][:20]:
                break
    return b"".join(parts).decode(errors="replace")


def status(said: str) -> int:
    return int(said.split()[1])


def handshake(server: Server, *lines: str) -> int:
    """The HTTP status of a WebSocket handshake with these header lines."""
    upgrade = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        head = ["GET /_stcore/stream HTTP/1.1", *lines, *upgrade, "", ""]
        wire.sendall("\r\n".join(head).encode())
        return status(wire.recv(4096).decode(errors="replace"))


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_host_gets_nothing_from_any_address(server: Server, path: str) -> None:
    """A3: pages, files, media, components and uploads alike."""
    said = answer(server, f"Host: evil.example:{server.port}", path=path)
    assert status(said) == 403
    assert GATE in said
    assert "set-cookie" not in said.lower()
    assert "access-control" not in said.lower()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost",
        "localhost.:{port}",
        "localhost:1",
        "u@localhost:{port}",
        "127.0.0.2:{port}",
        "0.0.0.0:{port}",
    ],
)
def test_a_host_that_only_looks_like_this_machine_is_refused(server: Server, host: str) -> None:
    """A3: raw spellings of Host, for HTTP and for the WebSocket."""
    line = "Host: " + host.format(port=server.port)
    assert status(answer(server, line)) in (400, 403)
    assert handshake(server, line) in (400, 403)


def test_a_request_without_host_or_with_two_is_refused(server: Server) -> None:
    """A3: nobody's request."""
    own = f"Host: localhost:{server.port}"
    assert status(answer(server)) in (400, 403)
    assert status(answer(server, own, "Host: evil.example")) in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_this_machines_names_are_answered(server: Server, host: str) -> None:
    """A3: HTTP and WebSocket, with the app's own page as the Origin."""
    own = f"{host}:{server.port}"
    assert status(answer(server, f"Host: {own}", path="/Round")) == 200
    assert handshake(server, f"Host: {own}", f"Origin: http://{own.lower()}") == 101


@pytest.mark.parametrize(
    "origin",
    ["null", "http://localhost:{other}", "http://evil.example", "http://evil.example:{port}", ""],
)
def test_a_foreign_page_reaches_neither_websocket_nor_upload(server: Server, origin: str) -> None:
    """A3: another port of this machine is a foreign page too. A2: nothing is asked outside."""
    host = f"Host: localhost:{server.port}"
    line = "Origin: " + origin.format(port=server.port, other=server.port + 1)
    assert handshake(server, host, line) == 403
    upload = answer(
        server, host, line, "Content-Length: 0", method="PUT", path="/_stcore/upload_file/a/b"
    )
    assert status(upload) == 403
    assert GATE in upload
    assert status(answer(server, host, line, path="/app/static/x.webp")) == 403


def test_pages_by_two_names_of_this_machine_mix_without_a_question_outside(server: Server) -> None:
    """A2: Streamlit would ask for the outer address where Host and Origin are spelled apart."""
    host, origin = f"Host: localhost:{server.port}", f"Origin: http://[::1]:{server.port}"
    assert handshake(server, host, origin) == 101
    assert "external IP" not in server.log()


def test_one_setting_opens_the_name_of_a_proxy(serve: Callable[..., Server], tmp_path) -> None:
    """A3: server.allowedHosts, with the name in Host or only in Origin, as proxies do it."""
    environment = {
        "LASER_RUNS_DIR": str(tmp_path),
        "STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost 127.0.0.1 laser.example.org",
    }
    server = serve(REPOSITORY / "app.py", environment)
    outer = "Origin: https://laser.example.org"
    assert status(answer(server, "Host: laser.example.org")) == 200
    assert handshake(server, "Host: laser.example.org", outer) == 101
    assert handshake(server, f"Host: 127.0.0.1:{server.port}", outer) == 101
    assert handshake(server, "Host: laser.example.org", "Origin: http://evil.example") == 403
    assert status(answer(server, "Host: other.example.org")) == 403
    assert "external IP" not in server.log()


@pytest.fixture
def rebound(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Contexts of a Chromium for which evil.example is this machine."""
    kind: BrowserType = browser.browser_type
    made = kind.launch(
        executable_path=chromium_path(),
        args=[*ARGUMENTS, "--host-resolver-rules=MAP evil.example 127.0.0.1"],
        headless=True,
    )
    yield made.new_context
    made.close()


def test_a_name_that_was_pointed_here_opens_nothing(server: Server, rebound) -> None:
    """A3: DNS rebinding in a real browser; its page gets one sentence and no WebSocket."""
    page = rebound().new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    reply = page.goto(f"http://evil.example:{server.port}/Data?data_path={quote('/etc')}")
    assert reply is not None
    assert reply.status == 403
    expect(page.locator("body")).to_contain_text(GATE)
    assert sockets == []
    tried = page.evaluate(
        """(port) => new Promise((done) => {
          const socket = new WebSocket(`ws://localhost:${port}/_stcore/stream`, ["streamlit"]);
          socket.onopen = () => done("open");
          socket.onerror = () => done("refused");
        })""",
        server.port,
    )
    assert tried == "refused"


def test_a_foreign_page_can_neither_frame_the_app_nor_show_its_pictures(
    server: Server, rebound
) -> None:
    """A3: a page of another site; it may link here, and that is all."""
    page = rebound().new_page()
    page.route(
        "http://site.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<a href='http://localhost:{server.port}/Round'>go</a>"
            f"<iframe src='http://localhost:{server.port}/'></iframe>",
        ),
    )
    seen: dict[str, int] = {}
    page.on("response", lambda r: seen.setdefault(r.url, r.status))
    page.goto("http://site.example/")
    page.wait_for_load_state("load")
    assert seen.get(f"http://localhost:{server.port}/", 403) == 403
    page.get_by_role("link", name="go").click()
    settle(page)
    expect(page).to_have_title("Round · LaSeR Explorer")


@pytest.mark.parametrize("path", ["", "Round", "Data", "Label"])
def test_deep_links_page_links_and_a_reload_work_behind_the_gate(
    context: BrowserContext, serve: Callable[..., Server], tmp_path, path: str
) -> None:
    """A3: on a fresh server, with nothing amiss in browser and log."""
    server = serve(REPOSITORY / "app.py", {"LASER_RUNS_DIR": str(tmp_path)})
    page, watch = open_page(context, server, path)
    page.reload()
    settle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data").click()
    expect(page).to_have_title("Data · LaSeR Explorer")
    settle(page)
    assert_clean(page, watch, server)


def test_pictures_are_found_below_a_base_path(
    context: BrowserContext, serve: Callable[..., Server], tmp_path
) -> None:
    """F11: server.baseUrlPath; the demo's sample pictures on Data."""
    environment = {"LASER_RUNS_DIR": str(tmp_path), "STREAMLIT_SERVER_BASE_URL_PATH": "lab/laser"}
    server = serve(REPOSITORY / "app.py", environment)
    page = context.new_page()
    pictures: dict[str, int] = {}
    page.on(
        "response",
        lambda r: pictures.setdefault(r.url, r.status) if "/thumbs/" in r.url else None,
    )
    page.goto(f"{server.url}/Data")
    settle(page, 120_000)
    expect(page.get_by_text("Some pictures of each class")).to_be_visible(timeout=120_000)
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(e => e.name.includes('/thumbs/'))"
    )
    settle(page)
    assert pictures
    assert set(pictures.values()) <= {200, 304}
