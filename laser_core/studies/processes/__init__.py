"""Processes that run a study's cells: what each keeps from cell to cell, and the crew of them.
They bring runs forward in folders; they know nothing of parts, figures and tables."""
