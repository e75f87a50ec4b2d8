"""The app's address is opened in a browser when the server starts, as `streamlit run` does."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st


@asynccontextmanager
async def open_browser(app: Any) -> AsyncIterator[None]:
    """Open the app's address, unless server.headless says that nobody sits before this machine.

    Streamlit does so for a plain script, but not for an `st.App`.
    """
    if not st.get_option("server.headless"):
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, _address())
    yield


def _address() -> str:
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    place = f"{st.get_option('browser.serverAddress')}:{st.get_option('browser.serverPort')}"
    path = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"{scheme}://{place}/{path}"
