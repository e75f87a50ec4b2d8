"""What a reply says once the model's thoughts are taken out, whatever marks it puts around them.

Servers that do not know a model's marks hand its thoughts over as text; names in them are names
that the model decided against.
"""

from __future__ import annotations

import re

from laser_core.llm.lexicon.words import clean

_NAME = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad|rationale)"
_ANSWER = r"(?:final[_ ]?(?:answer|response)?|answer|solution|response|output)"
# The mark is at the beginning of a thought, at the end of one, or at the beginning of the answer.
_OPENS = (
    rf"<(?:\w+:)?{_NAME}(?:\s[^<>\n]{{0,80}})?>",  # <think>, <seed:think>, <thinking time="3">
    rf"<\|?\s?(?:begin_of_|start_of_|start_)?{_NAME}\s?\|?>",
    r"\[(?:think(?:ing)?|thoughts?|reasoning)\]",
    rf"◁{_NAME}▷",
    rf"<\|?channel\|?>\s*{_NAME}\b",
    r"<\|?channel\|?>\s*commentary(?!\s+to=)",
    r"<unused94>(?:thought)?",
)
_CLOSES = (
    rf"</(?:\w+:)?{_NAME}\s*>",
    rf"<\|?\s?(?:end_of_|end_|/){_NAME}\s?\|?>",
    r"\[/(?:think(?:ing)?|thoughts?|reasoning)\]",
    rf"◁/{_NAME}▷",
    rf"<\|?channel\|?>\s*(?:{_ANSWER}|commentary\s+to=[^<\n]*)",
    r"<channel\|>",
    r"<unused95>",
    rf"<(?:\|?(?:begin_of_|start_of_|start_))?{_ANSWER}\|?>",
    r"^\W{0,4}\.\.\.\s?done thinking\.?",
    r"^analysis(?=[A-Z]).*?assistantfinal",  # marks that were lost on the way
)
_MARK = re.compile(
    f"(?P<opens>{'|'.join(_OPENS)})|(?P<closes>{'|'.join(_CLOSES)})"
    r"|(?P<ends><\|(?:end|return|start|call)\|>)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_OTHER_MARK = re.compile(
    rf"<\|?/?(?:(?:begin|start|end)_of_)?{_ANSWER}\|?>|<\|[^|<>\n]{{1,40}}\|>", re.I
)
_EDGE = r"[ \t#>*_`]{0,8}"
_THINKING_LINE = re.compile(
    rf"^{_EDGE}(?:my |the |chain of )?{_NAME}(?: process| trace| steps)?{_EDGE}"
    r"(?::|\.\.\.|…|$)",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWER_LINE = re.compile(
    rf"^{_EDGE}(?:(?:my |the |here is the )?(?:final |actual )?(?:answer|response|output|result))"
    rf"{_EDGE}:{_EDGE}",
    re.IGNORECASE | re.MULTILINE,
)
_FINAL_LINE = re.compile(
    rf"^{_EDGE}(?:my |the )?final (?:answer|response|list){_EDGE}:{_EDGE}", re.I | re.M
)


def without_thoughts(reply: str) -> str:
    """`reply` without thoughts, marks, and characters that no screen shows.

    An end mark that nothing opened makes everything before it a thought; so does a beginning that
    nothing ends for everything after it.
    """
    return _without_paragraphs(_OTHER_MARK.sub(" ", _without_marked(clean(reply))))


def _without_marked(text: str) -> str:
    kept: list[str] = []
    inside, place = False, 0
    for mark in _MARK.finditer(text):
        if not inside:
            kept.append(text[place : mark.start()])
        place = mark.end()
        if mark["closes"] is not None and not inside:
            kept.clear()
        inside = mark["opens"] is not None or (inside and mark["closes"] is mark["ends"])
    return " ".join([*kept, "" if inside else text[place:]])


def _without_paragraphs(text: str) -> str:
    """`text` from its answer on, where a line of its own says "Thinking:" or "Final answer:"."""
    thinking = _THINKING_LINE.search(text)
    line = _ANSWER_LINE if thinking else _FINAL_LINE
    answers = [
        found for found in line.finditer(text) if not thinking or found.end() > thinking.end()
    ]
    if answers:
        return text[answers[-1].end() :]
    if not thinking:
        return text
    _, _, rest = text[thinking.end() :].lstrip().partition("\n\n")
    return text[: thinking.start()] + rest
