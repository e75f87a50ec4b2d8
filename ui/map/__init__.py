"""The Map page: which points, which colours, what is chosen.
It imports no other page's room; the drawing itself is `ui.widgets.map`."""
