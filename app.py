"""`streamlit run app.py`: the server, with the gate before it, and its home page."""

import streamlit as st

if __name__ == "__main__":  # run for a visitor
    from ui.home.page import home

    home()
else:  # imported by the server as it starts
    from starlette.middleware import Middleware

    from ui.server.gate import Gate
    from ui.server.opening import open_browser

    app = st.App(__file__, middleware=[Middleware(Gate)], lifespan=open_browser)
