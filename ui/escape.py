"""Text of users and models on a page: shown as it is, never read as Markdown."""


def escaped(text: str) -> str:
    """`text` as Markdown that shows every sign of it: sentences and file names may hold any."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#$~|:" else sign for sign in text)
