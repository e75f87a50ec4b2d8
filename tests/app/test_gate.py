"""A3: which Host and Origin the gate lets through, without a server."""

from __future__ import annotations

import pytest

from ui.server.gate import AllowedHosts, is_allowed

OWN = AllowedHosts(8501)
PROXIED = AllowedHosts(
    8501, ("localhost", "127.0.0.1", "::1", "laser.example.org", "*.lab.example")
)


@pytest.mark.parametrize(
    "place",
    ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LocalHost:8501"],
)
def test_this_machines_own_names_with_the_apps_port_are_open(place):
    """A3: what a browser on this machine sends."""
    assert OWN.open_to(place)


@pytest.mark.parametrize(
    "place",
    [
        "",
        "localhost",
        "localhost:80",
        "localhost:8502",
        "localhost:08501x",
        "localhost:",
        "localhost.:8501",
        "localhost:8501.",
        "evil.example:8501",
        "evil.example",
        "localhost.evil.example:8501",
        "evil-localhost:8501",
        "user@localhost:8501",
        "user:pass@127.0.0.1:8501",
        "localhost:8501@evil.example",
        "localhost:8501/path",
        "localhost:8501#x",
        "127.0.0.1.nip.io:8501",
        "127.0.0.2:8501",
        "127.1:8501",
        "2130706433:8501",
        "0x7f000001:8501",
        "0.0.0.0:8501",
        "::1:8501",
        "[::ffff:127.0.0.1]:8501",
        "[::1%25eth0]:8501",
        "[::]:8501",
        " localhost:8501",
        "localhost :8501",
        "localhost:8501, evil.example",
        "localhost:8501\n",
        "ⅼocalhost:8501",
        "localhost:٨٥٠١",
        "*",
        "null",
    ],
)
def test_any_other_host_is_refused(place):
    """A3: names that only look like this machine's, other ports, and what is no host at all."""
    assert not OWN.open_to(place)


def test_the_usual_port_need_not_be_named():
    """A3: a browser leaves port 80 and 443 away."""
    assert AllowedHosts(80).open_to("localhost")
    assert AllowedHosts(443).open_to("localhost", "https")
    assert not AllowedHosts(443).open_to("localhost")


@pytest.mark.parametrize("origin", ["http://localhost:8501", "https://127.0.0.1:8501"])
def test_the_apps_own_pages_are_no_strangers(origin):
    """A3: http, and https where the server has a certificate."""
    assert OWN.open_to_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://localhost:3000",
        "http://localhost",
        "http://evil.example",
        "http://evil.example:8501",
        "file://",
        "file://localhost:8501",
        "chrome-extension://localhost:8501",
        "localhost:8501",
        "http://localhost:8501/",
        "http://user@localhost:8501",
        "http://localhost:8501 http://evil.example",
    ],
)
def test_pages_of_other_sites_are_refused(origin):
    """A3: another port of this machine is another site."""
    assert not OWN.open_to_origin(origin)


@pytest.mark.parametrize(
    "place", ["laser.example.org", "laser.example.org:8501", "a.lab.example:443", "localhost:8501"]
)
def test_a_proxys_name_is_open_once_it_is_listed(place):
    """A3: one setting, server.allowedHosts, opens the outer name at the usual ports."""
    assert PROXIED.open_to(place)


@pytest.mark.parametrize(
    "place", ["other.example.org", "lab.example", "laser.example.org:9999", "xlab.example"]
)
def test_a_listed_name_opens_no_other(place):
    """A3: neither a neighbour's name nor another port."""
    assert not PROXIED.open_to(place)


def test_an_unusual_outer_port_is_named_in_streamlits_own_setting():
    """A3: browser.serverPort says where browsers reach a proxy or a container."""
    assert AllowedHosts(8501, ("localhost", "x.example"), 9000).open_to("x.example:9000")
    assert AllowedHosts(8501, ("localhost",), 9000).open_to("localhost:9000")


def request(**headers: str | list[str]) -> dict[str, object]:
    """A request's scope; an underscore in a name stands for a hyphen."""
    listed = [
        (name.replace("_", "-").encode(), value.encode())
        for name, values in {"host": "localhost:8501", **headers}.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return {"type": "http", "method": "GET", "scheme": "http", "headers": listed}


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"host": []}, False),
        ({"host": ["localhost:8501", "evil.example"]}, False),
        ({"host": ["localhost:8501", "localhost:8501"]}, False),
        ({"origin": "http://127.0.0.1:8501"}, True),
        ({"origin": ["http://localhost:8501", "http://evil.example"]}, False),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"}, False),
        (
            {
                "sec_fetch_site": "cross-site",
                "sec_fetch_mode": "navigate",
                "sec_fetch_dest": "document",
            },
            True,
        ),
        (
            {
                "sec_fetch_site": "cross-site",
                "sec_fetch_mode": "navigate",
                "sec_fetch_dest": "iframe",
            },
            False,
        ),
    ],
)
def test_one_host_and_no_foreign_page_is_what_passes(headers, passes):
    """A3: a foreign page may link here; it may neither embed pictures nor frame the app."""
    assert is_allowed(request(**headers), OWN) is passes
