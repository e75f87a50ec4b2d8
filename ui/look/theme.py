"""Settings of the theme that a tab shows, as .streamlit/config.toml has them.

Charts and marks of ours are drawn in them on the server. Streamlit 1.67 follows a system that turns
dark in the evening without a run of the page, so the page asks for one.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

FOLLOW = """
export default function ({ setTriggerValue }) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let waiting;
  const follow = () => {  // once Streamlit itself has changed over: the run is told its theme
    clearTimeout(waiting);
    waiting = setTimeout(() => setTriggerValue("theme", dark.matches), 300);
  };
  dark.addEventListener("change", follow);
  return () => dark.removeEventListener("change", follow);
}
"""
_widget = st.components.v2.component("laser_theme", js=FOLLOW)


def theme_option(name: str) -> Any:
    """A setting of `theme.light` or `theme.dark`, whichever this tab shows."""
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.{name}")


def follow_theme(page: str) -> None:
    """Draw the page anew when the system turns dark or light.

    Args:
        page: its name, "" for Home.
    """
    with st.container(key="theme", width="content"):
        _widget(
            key=f"theme {page}", on_theme_change=lambda: None, width="content", height="content"
        )
