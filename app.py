"""`streamlit run app.py`: the server, with the gate before it, and its home page."""

import streamlit as st

if __name__ == "__main__":  # run for a visitor
    from ui.home.page import show_home

    show_home()
else:  # imported by the server as it starts
    from starlette.middleware import Middleware

    from ui.server.browser import open_browser
    from ui.server.gate import Gate

    app = st.App(__file__, middleware=[Middleware(Gate)], lifespan=open_browser)
