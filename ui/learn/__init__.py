"""The Learn page: eight cards over one run, a worksheet, and a teacher's part of the page.
It imports no other page's room; every figure comes from `laser_core.analysis.lesson`."""
