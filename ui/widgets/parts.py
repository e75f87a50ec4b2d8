"""How an element of ours is made known to Streamlit: its page, style and scripts lie beside it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

NOTHING = "<span hidden>\n</span>"  # an element that only carries data


def element(name: str, module: str, *scripts: str, shown: bool = True) -> ComponentRenderer:
    """Register the element whose files lie in the folder of `module`.

    Args:
        name: what Streamlit knows it by.
        module: `__file__` of the package; the page and the style are called as its folder is.
        scripts: its scripts, in the order in which they build on one another; by default the one
            that is called as the folder is.
        shown: whether it has a page and a style, or nothing to see.
    """
    folder = Path(module).parent

    def source(file: str) -> str:
        return (folder / file).read_text(encoding="utf-8")

    script = "\n".join(source(file) for file in scripts or (f"{folder.name}.js",))
    if not shown:
        return st.components.v2.component(name, html=NOTHING, js=script)
    page, style = source(f"{folder.name}.html"), source(f"{folder.name}.css")
    return st.components.v2.component(name, html=page, css=style, js=script)
