"""`st.fragment` in a box of its own, so that what stands below it on a page stays there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
T = TypeVar("T")


def fragment(run_every: float | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator like `st.fragment`, whose elements lie in a container outside the fragment.

    When a fragment runs again right behind its page, Streamlit 1.67 drops the page's message that
    holds the fragment's elements, since new ones follow. For a moment the browser sees a page
    without them, moves what comes after up by one place, and the fragment then draws over it: that
    element is gone until the next run of the whole page. A container that is no part of the
    fragment keeps the place.

    Args:
        run_every: seconds between two runs by itself; None for none.
    """

    def decorate(draw: Callable[P, T]) -> Callable[P, T]:
        @wraps(draw)
        def boxed(*args: P.args, **kwargs: P.kwargs) -> T:
            with st.container():
                return piece(*args, **kwargs)

        piece: Callable[P, T] = st.fragment(run_every=run_every)(draw)
        return boxed

    return decorate
