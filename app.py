"""`streamlit run app.py`: the server, with the gate before it, and its menu of pages."""

import streamlit as st

from ui.look.menu import claim_pages, menu

if __name__ == "__main__":  # run for a visitor
    menu().run()
else:  # imported by the server as it starts
    from starlette.middleware import Middleware

    from ui.server.browser import open_browser
    from ui.server.gate import Gate

    claim_pages()
    app = st.App(__file__, middleware=[Middleware(Gate)], lifespan=open_browser)
