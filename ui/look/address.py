"""What the address bar says of a tab: its run, a run that is being made, whether a room looks on,
the lesson's card.

It is read once, when the tab opens (a link, a bookmark, a reload). From then on the session knows,
and the browser itself keeps the address to it. `st.query_params[...] = ...`, and so a widget with
`bind="query-params"`, would add an entry to the browser's history whenever the address of the same
page changes, and the back button would need two presses to leave the page. So here such a change
replaces the entry, and only another page is a new one. Whatever Streamlit writes into the address,
a choice of a widget or another page, keeps what this tab remembers: which of the two writes last
is not known.
"""

from __future__ import annotations

import streamlit as st

KEPT = ("run", "opening", "present", "card")
OF_ONE_PAGE = {"card": "Learn"}  # what other pages leave out of the address
KEEP = """
const { history } = window;
function withKept(url) {
  const address = new URL(url, window.location.href);
  for (const [name, value] of Object.entries(history.kept)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address.href;
}
if (!history.kept) {
  history.kept = {};
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  history.replaceState = (state, title, url) => replace(state, title, url && withKept(url));
  history.pushState = (state, title, url) => {
    const same = url && new URL(url, window.location.href).pathname === window.location.pathname;
    if (same) history.replaceState(state, title, url);
    else push(state, title, url && withKept(url));
  };
}
export default function ({ data }) {
  history.kept = data.kept;
  const address = withKept(window.location.href);
  if (address !== window.location.href) history.replaceState(history.state, "", address);
}
"""
_READ = "_address_was_read"
_widget = st.components.v2.component("laser_address", js=KEEP)


def memory_of(name: str) -> str:
    """What this tab knows of `name`, one of `KEPT`; "" for nothing."""
    _read_once()
    return str(st.session_state.get(name) or "")


def remember(name: str, value: str) -> None:
    """Have this tab know `value` as `name`, one of `KEPT`, also after a reload; "" forgets it."""
    _read_once()
    st.session_state[name] = value


def keep_address(page: str) -> None:
    """Put what this tab remembers into the address, without a new entry in the history.

    Args:
        page: its name; a card of the lesson stands in the address of Learn alone.
    """
    kept = {name: memory_of(name) for name in KEPT if OF_ONE_PAGE.get(name, page) == page}
    with st.container(key="address", width="content"):
        _widget(
            key=f"address {page}", data={"kept": {**dict.fromkeys(KEPT, ""), **kept}},
            width="content", height="content",
        )  # fmt: skip


def _read_once() -> None:
    if _READ not in st.session_state:
        st.session_state[_READ] = True
        for name in KEPT:
            if name in st.query_params:
                st.session_state[name] = st.query_params[name]
