"""Who may reach the server, and the browser that opens when it is there.
No page imports it; `app.py` alone does."""
