r"""Signs that nobody sees, but that screens and terminals act on, made visible: `\x1b`, `\n`."""

from __future__ import annotations

import unicodedata

# Control, format (what turns the direction of text round, invisible signs), lone surrogates, line
# and paragraph separators. The two joiners are letters' and emoji's own.
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    r"""`text` as one line, with an escape in place of every sign that would not be seen."""
    return "".join(_visible(sign) for sign in text)


def _visible(sign: str) -> str:
    if sign in JOINERS or unicodedata.category(sign) not in UNSEEN:
        return sign
    return sign.encode("unicode_escape").decode()
