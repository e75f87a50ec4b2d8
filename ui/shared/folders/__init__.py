"""Folders of this machine, to be walked through with the mouse instead of typed.
It lists names and reads no file; nothing is listed before a person asks for it."""

from ui.shared.folders.browser import browse, browse_button, folder_input

__all__ = ["browse", "browse_button", "folder_input"]
