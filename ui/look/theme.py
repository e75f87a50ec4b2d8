"""Settings of the theme that a tab shows, as .streamlit/config.toml has them."""

from __future__ import annotations

from typing import Any

import streamlit as st


def theme_option(name: str) -> Any:
    """A setting of `theme.light` or `theme.dark`, whichever this tab shows."""
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.{name}")
