"""Going to another page without being asked to: by the browser's own link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from ui.escape import escape_text

# A busy browser may draw the link before it listens to it, and a click is lost then: as long as the
# link stands, it is clicked again.
FOLLOW = """
export default function ({ parentElement }) {
  let tries = 0;
  const follow = () => {
    const link = document.querySelector('.st-key-go_to a[data-testid="stPageLink-NavLink"]');
    if (link) link.click();
    if (tries++ < 100) setTimeout(follow, link ? 3000 : 50);
  };
  const waiting = setTimeout(follow, 0);
  return () => { tries = 100; clearTimeout(waiting); };
}
"""
LABEL_PAGE, HANDED_OVER = "pages/5_Label.py", "label_ids"
_widget = st.components.v2.component("laser_go", js=FOLLOW)


def go_to(page: str, label: str) -> NoReturn:
    """Leave for `page`; what stands below on this page is not drawn any more.

    `st.switch_page` changes the page on the server, while the browser goes on asking for what
    refreshes itself on the old one. A slow browser then got the old page's answer on the new page,
    and showed nothing at all (4 of 39 times). A link that is followed in the browser ends those
    questions first.

    Args:
        page: as for `st.page_link`.
        label: what the link says, for the moment that it is seen.
    """
    with st.container(key="go_to"):
        st.page_link(page, label=escape_text(label), icon=":material/arrow_forward:")
    _widget(key=f"go {page}", height="content")
    st.stop()


def label_by_hand(ids: Sequence[str], label: str) -> NoReturn:
    """Leave for Label, where these pictures are at hand; each is labeled there like any other."""
    st.session_state[HANDED_OVER] = list(ids)
    go_to(LABEL_PAGE, label)
