"""The harness itself: a fault on a page must not pass unseen."""

from __future__ import annotations

import pytest
from harness import FIXTURES, Server, open_page
from playwright.sync_api import BrowserContext, expect


@pytest.fixture(scope="module")
def server(serve) -> Server:
    return serve(FIXTURES / "faulty_page.py")


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("console", "something is wrong"),
        ("page", "something broke"),
        ("foreign", "request to another host: https://fonts.example.org/x.woff2"),
        ("missing", "404"),
    ],
)
def test_a_fault_is_noticed(
    context: BrowserContext, server: Server, fault: str, noticed: str
) -> None:
    page, watch = open_page(context, server, f"?fault={fault}")
    expect(page.get_by_text("drawn")).to_be_visible()
    page.wait_for_timeout(500)
    assert any(noticed in problem for problem in watch.problems), watch.problems


def test_a_page_without_fault_is_clean(context: BrowserContext, server: Server) -> None:
    page, watch = open_page(context, server)
    expect(page.get_by_text("drawn")).to_be_visible()
    page.wait_for_timeout(500)
    assert watch.problems == []
