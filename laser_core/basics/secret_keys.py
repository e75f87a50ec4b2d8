"""Keys are never shown: they are replaced in whatever is printed, put on a page or kept.

A key is sent to its own server and to nobody else. But a server may quote it in a refusal, or give
it back in an answer that becomes class names; so every text from outside passes `mask_keys` first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

MASK = "***"
KEY_VARIABLES = ("OPENAI_API_KEY", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
ADDRESS_VARIABLES = ("OPENAI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
SHORTEST = 6  # anything shorter protects nothing and occurs in ordinary words
LONGEST_WORD = 12  # letters only and no longer: "ollama", "EMPTY", a stand-in for a local server


def mask_keys(text: str, keys: Iterable[str] | None = None) -> str:
    """`text` with `***` in place of every key.

    Args:
        text: to be shown or kept.
        keys: what must not show; the keys and passwords in the environment if left out. A key is
            found as it is, and escaped as in JSON or in an address.
    """
    for key in environment_keys() if keys is None else keys:
        if _is_secret(key):
            text = re.sub("".join(_spellings(character) for character in key), MASK, text)
    return text


def environment_keys() -> list[str]:
    """The keys in the environment, and the passwords in its addresses."""
    found = [os.environ.get(name, "").strip() for name in KEY_VARIABLES]
    for name in ADDRESS_VARIABLES:
        for spelling in (name, name.lower()):
            found += _passwords(os.environ.get(spelling, ""))
    return [key for key in dict.fromkeys(found) if key]


def _passwords(address: str) -> list[str]:
    try:
        password = urlsplit(address).password or ""
    except ValueError:  # no address; whoever needs it will say so
        return []
    return [password, unquote(password)]


def _is_secret(key: str) -> bool:
    return len(key) >= SHORTEST and not (key.isalpha() and len(key) <= LONGEST_WORD)


def _spellings(character: str) -> str:
    r"""A pattern for a character: itself, `\u0041` and `\/` as in JSON, `%41` as in an address."""
    code = f"{ord(character):02x}"
    return rf"(?:\\?{re.escape(character)}|\\u(?i:00{code})|%(?i:{code}))"
