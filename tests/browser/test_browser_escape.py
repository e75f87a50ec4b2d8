"""A5: a hostile name shows as it is in every kind of element, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import FIXTURES, Server, assert_clean, open_page
from playwright.sync_api import BrowserContext

from ui.escape import JOINER, escape_text

NAMES = [
    "![i](http://evil.example/i.png)",
    "[go](http://evil.example)",
    "[go]: http://evil.example",
    "<http://evil.example>",
    "http://evil.example/x?y=1",
    "HTTPS://evil.example",
    "see www.evil.example now",
    "me@evil.example",
    "<img src=http://evil.example/i.png>",
    "<script>document.title='evil'</script>",
    "&lt;b&gt; &#33; &copy;",
    "$\\alpha$ and $$x^2$$",
    "a\\(b\\) \\[c\\]",
    ":smile: and :+1:",
    ":material/home: x",
    ":streamlit:",
    ":red[x] :blue-badge[y] :small[z]",
    ":red-background[x]{a=b}",
    "*a* **b** _c_ __d__ ~~e~~ `f` ``g``",
    "snake_case_name",
    "# heading",
    "> quote",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "    code",
    "```js",
    "~~~",
    "---",
    "===",
    "| a | b |",
    "[ ] task",
    "[^1] note",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "C:\\new\\table_1",
    "a\\",
    "\\*",
    "two  blanks",
    "10:30, a:b, x:y:z",
    "Äpfel, 猫, 👩‍🔬",
    "::note{x}",
    ":::tip",
]
UNSEEN = {
    "a\n\n# b": "a\\n\\n# b",
    "x\ty": "x\\ty",
    "\x1b[31m": "\\x1b[31m",
    "a\u202eb": "a\\u202eb",
}
KINDS = (
    "markdown", "caption", "subheader", "error", "warning", "info", "button", "checkbox",
    "expander", "metric", "bold", "in bold", "page_link", "radio", "pills", "progress",
)  # fmt: skip
LIVE = (
    "[data-testid=stMain] :is(img, script, .katex, h1, ul, ol, blockquote, table, em, del, code,"
    " [href*=evil i], [src*=evil i], [href^='mailto'])"
)


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    given = json.dumps([*NAMES, *UNSEEN])
    return serve(FIXTURES / "escape_page.py", {"LASER_TEST_NAMES": given})


@pytest.mark.parametrize("kind", KINDS)
def test_every_sign_of_a_hostile_name_is_shown_and_none_is_obeyed(
    context: BrowserContext, server: Server, kind: str
) -> None:
    """A5: links, images, LaTeX, HTML, emoji, icons, colours, lists, headings, control signs."""
    page, watch = open_page(context, server, f"?kind={kind}")
    page.wait_for_function(  # Markdown's plug-ins are loaded when the first text needs them
        """(count) => {
          const boxes = [...document.querySelectorAll('[class*="st-key-name-"]')];
          return boxes.length === count && boxes.every((box) => box.textContent.length > 0)
            && !document.querySelector('[data-testid="stSkeleton"]');
        }""",
        arg=len(NAMES) + len(UNSEEN),
    )
    shown = page.evaluate(
        """() => [...document.querySelectorAll('[class*="st-key-name-"]')].map((box) => {
          const icons = box.querySelectorAll('[data-testid="stIconMaterial"]');
          icons.forEach((icon) => icon.remove());
          return box.textContent;
        })"""
    )
    wanted = [*NAMES, *UNSEEN.values()]
    plain = [text.replace(JOINER, "").replace("\u00a0", " ") for text in shown]
    missing = [(want, got) for want, got in zip(wanted, plain, strict=True) if want not in got]
    assert missing == []
    live = page.locator(LIVE)
    assert [live.nth(n).evaluate("e => e.outerHTML") for n in range(live.count())] == []
    assert_clean(page, watch, server)


def test_a_chart_shows_a_hostile_name_as_it_is(context: BrowserContext, server: Server) -> None:
    """A5: Plotly reads some HTML, links among it."""
    page, watch = open_page(context, server, "?kind=chart")
    page.locator(".js-plotly-plot .yticklabel, .js-plotly-plot .ytick").first.wait_for()
    assert page.locator(".js-plotly-plot a[href]:not(.modebar-btn)").count() == 0
    assert "<script>document.title" in page.locator(".js-plotly-plot").first.inner_text()
    assert_clean(page, watch, server)


@pytest.mark.parametrize(
    "sentence",
    [
        "gone.zip holds no picture (3 files were left out); choose another",
        "b = 20: only 12 of 180 pictures have no label, 45% - lower it",
        "cat/cat 0.jpg, a_b_c.png, it's 1:2 and 10:30; --vlm auto",
        "No query waits for labels: ask for that of round 3!",
    ],
)
def test_an_ordinary_sentence_stays_as_it_is(sentence: str) -> None:
    """A5: what needs no escape has none, also for those who read or search the text."""
    assert escape_text(sentence) == sentence


def test_the_hostile_name_would_be_obeyed_without_the_escape(
    context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    """A5: the test above notices."""
    raw = tmp_path / "raw.py"
    raw.write_text("import streamlit as st\nst.markdown('[go](http://evil.example) $x$ :smile:')\n")
    page = context.new_page()
    made = Server(raw, tmp_path / "log.txt", {})
    try:
        made.start()
        page.goto(made.url)
        page.locator("[href*=evil]").wait_for()
        assert page.locator(LIVE).count() > 0
    finally:
        made.stop()
