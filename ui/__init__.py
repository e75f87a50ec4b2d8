"""The app behind `app.py` and `pages/`: a room for each page, `shared`, `widgets`, `server`.

A page shows and calls; its room imports no other page's, and computes nothing the engine knows.
"""
