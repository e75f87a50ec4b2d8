"""`st.fragment` in a box of its own, so that what stands below it on a page stays there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

P = ParamSpec("P")
T = TypeVar("T")


def fragment(run_every: float | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator like `st.fragment`, whose elements lie in a container outside the fragment.

    When a fragment runs again right behind its page, Streamlit 1.67 drops the page's message that
    holds the fragment's elements, since new ones follow. For a moment the browser sees a page
    without them, moves what comes after up by one place, and the fragment then draws over it: that
    element is gone until the next run of the whole page. A container that is no part of the
    fragment keeps the place.

    Streamlit names a fragment by its function and place alone. Two pages both begin with the job
    panel: when one of them switches to the other, a run of the panel that it had asked for before
    is done on the other, and the browser may then show nothing at all. Here the page is part of the
    name, so that such a run finds no fragment and is dropped.

    Args:
        run_every: seconds between two runs by itself; None for none.
    """

    def decorate(draw: Callable[P, T]) -> Callable[P, T]:
        @wraps(draw)
        def draw_in_box(*args: P.args, **kwargs: P.kwargs) -> T:
            @wraps(draw)
            def on_page(*args: P.args, **kwargs: P.kwargs) -> T:
                return draw(*args, **kwargs)

            on_page.__qualname__ = f"{draw.__qualname__} on {_page()}"
            with st.container():
                return st.fragment(run_every=run_every)(on_page)(*args, **kwargs)

        return draw_in_box

    return decorate


def _page() -> str:
    """Names the page that is running."""
    running = get_script_run_ctx()
    return running.page_script_hash if running is not None else ""
