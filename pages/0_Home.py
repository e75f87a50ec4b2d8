"""Home: open a run, or start one."""

from ui.home.page import show_home

show_home()
