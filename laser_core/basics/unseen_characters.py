r"""Characters that nobody sees but terminals act on, written as escapes: `\x1b`, `\n`."""

from __future__ import annotations

import unicodedata

# Control, format (those that turn the direction of text, invisible ones), lone surrogates, line and
# paragraph separators. The two joiners are letters' and emoji's own.
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"


def escape_unseen(text: str) -> str:
    r"""`text` as one line, with an escape in place of every character that would not be seen."""
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    if character in JOINERS or unicodedata.category(character) not in UNSEEN:
        return character
    return character.encode("unicode_escape").decode()
