"""Text from outside on a page: shown as it is, never read as Markdown, HTML or an icon.

Names of classes, files, people and runs, what a model said, and every error that may quote one of
them pass `escape_text` before a Streamlit element takes them, and `chart_text` before a chart does.
Words in tables, in choices and in our own widgets are not read as Markdown and need neither.
"""

from __future__ import annotations

import html
import re

from laser_core.basics.secret_keys import mask_keys
from laser_core.basics.unseen_characters import escape_unseen
from laser_core.errors import LaserError

JOINER = "\u2060"  # takes no room; parts two characters that Streamlit would read together
# What Markdown reads wherever it stands. Ordinary sentences keep their full stops and hyphens.
SIGNS = re.compile(r"[\\`*~$<\[\]]|_(?!(?<=[^\W_]_)[^\W_])|&(?=#?\w+;)|:(?=[A-Za-z])")
AT_START = re.compile(r"^([-+>#=]|\d+(?=[.)]))")
# What Streamlit makes of words after Markdown has been read, so that no backslash helps: links,
# emoji and icons (:smile:, :material/home:), arrows and dashes.
LATER = (
    re.compile(r"\bhttps?:(?=//)", re.IGNORECASE),
    re.compile(r"\bwww(?=\.)", re.IGNORECASE),
    re.compile(r"@(?=[-\w])"),
    re.compile(r":(?=[\w+\-/]+:)"),
    re.compile(r"(?<!\S)[-<>~](?=(?:->|[-=>])(?!\S))"),
)

# What the command line's options are called on the pages.
OPTIONS = {
    "vlm": "Vision-language model", "llm": "Language model", "relevant": "Classes that matter",
    "known": "Classes known so far", "task": "The task", "propose": "How many more to find",
    "start": "Start", "balanced": "balanced", "descriptions": "Sentences a class",
    "confusers": "Confusers in total", "device": "device", "pool": "Pictures", "out": "folder",
}  # fmt: skip
OPTION = re.compile(rf"--({'|'.join(OPTIONS)})\b")


def in_app_words(sentence: str) -> str:
    """A sentence of the engine with the names that pages give to the command line's options."""
    return OPTION.sub(lambda found: f"“{OPTIONS[found[1]]}”", sentence)


def escape_text(text: object) -> str:
    """`text`, or what an error says, as Markdown of one line that shows every character of it.

    Control characters stand as escapes and keys as `***`, as in the terminal. An error speaks of
    the page's settings, not of the command line's options.
    """
    said = in_app_words(str(text)) if isinstance(text, LaserError) else str(text)
    shown = escape_unseen(mask_keys(said))
    for pattern in LATER:
        shown = pattern.sub(lambda found: found.group() + JOINER, shown)
    kept = shown.lstrip(" ")
    blanks = len(shown) - len(kept)  # four of them would begin a block of code
    before = JOINER + "\u00a0" * blanks if blanks else ""  # Streamlit cuts blanks off at the ends
    return before + AT_START.sub(_after_backslash, SIGNS.sub(r"\\\g<0>", kept))


def _after_backslash(found: re.Match[str]) -> str:
    """A character that begins a list or heading with a backslash before it; after a number."""
    sign = found.group()
    return f"{sign}\\" if sign[0].isdigit() else f"\\{sign}"


def chart_text(text: str) -> str:
    """`text` for names, ticks and hovers of a Plotly chart, which reads some HTML."""
    return html.escape(escape_unseen(mask_keys(text)), quote=False)
