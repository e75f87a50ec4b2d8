"""The three questions as editable templates: the facts of appendix A and Section 4.5, our words.

A template is plain text with placeholders such as {N}. Only a placeholder's name in single braces
is replaced; a brace that is meant literally (JSON) is doubled, as in Python: {{"cat": []}}. Values
are put in once and never read again, so a class called "{N}" stays what it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from laser_core.errors import ConfigError
from laser_core.llm.base import Task

# Required placeholders first, then those a template may leave out.
PLACEHOLDERS: Mapping[Task, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        "confusers": (frozenset({"class_names", "N"}), frozenset({"excluded"})),
        "descriptions": (frozenset({"classes", "K"}), frozenset()),
        "relevant classes": (frozenset({"task", "N"}), frozenset({"known"})),
    }
)
_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)\}|[{}]")


@dataclass(frozen=True)
class PromptTemplate:
    """The text of one question, with its placeholders checked when it is made.

    Args:
        task: the question it asks; decides which placeholders there are (`PLACEHOLDERS`).
        text: the prompt; {name} is a placeholder, {{ and }} are literal braces.

    Raises:
        ConfigError: a placeholder is unknown or missing, a brace stands alone, or there is no text.
    """

    task: Task
    text: str

    def __post_init__(self) -> None:
        if self.task not in PLACEHOLDERS:
            raise ConfigError(
                f"task {self.task!r}: a prompt is for one of {_join_names(PLACEHOLDERS)}"
            )
        required, optional = PLACEHOLDERS[self.task]
        allowed = _join_names(f"{{{name}}}" for name in [*sorted(required), *sorted(optional)])
        used = self._placeholders(allowed)
        where = f"the prompt for {self.task!r}"
        if unknown := used - required - optional:
            wrong = _join_names(f"{{{name}}}" for name in sorted(unknown))
            raise ConfigError(f"{where} has the placeholder {wrong}; allowed are {allowed}")
        if missing := required - used:
            wrong = _join_names(f"{{{name}}}" for name in sorted(missing))
            raise ConfigError(f"{where} lacks {wrong}; allowed placeholders are {allowed}")

    def _placeholders(self, allowed: str) -> set[str]:
        used = set()
        for match in _TOKEN.finditer(self.text):
            if match[0] in "{}":
                line = self.text.count("\n", 0, match.start()) + 1
                raise ConfigError(
                    f"the prompt for {self.task!r} has a single {match[0]!r} in line {line}; "
                    f"double a literal brace ({match[0] * 2}), or write one of {allowed}"
                )
            if match[1]:
                used.add(match[1])
        return used

    def fill(self, **values: str | int | Sequence[str]) -> str:
        """The prompt with every placeholder replaced; lists are written as JSON lists.

        Raises:
            ValueError: a placeholder of the text has no value (our own mistake, not a user's).
        """

        def replacement(match: re.Match[str]) -> str:
            if match[1] is None:
                return match[0][0]
            if match[1] not in values:
                raise ValueError(f"no value for {{{match[1]}}} in the prompt for {self.task!r}")
            return _as_prompt_text(values[match[1]])

        return _TOKEN.sub(replacement, self.text)


def _as_prompt_text(value: str | int | Sequence[str]) -> str:
    if isinstance(value, (str, int)):
        return str(value)
    return json.dumps(list(value), ensure_ascii=False)


def _join_names(words: Iterable[str]) -> str:
    return ", ".join(words)


# Appendix A.1: N further names, similar to look at or in meaning, plausible but distinct, no
# trivial variations, from the same surroundings; one worked example. {excluded} is ours: names that
# are known already (Algorithm 1, line 2).
CONFUSERS = PromptTemplate(
    "confusers",
    """\
These are the classes that matter for a picture-labelling task: {class_names}

Name {N} other classes that do not matter for the task but that could be taken for one of the
classes above in real surroundings.

Each name must
- look like, or mean something close to, at least one class above;
- be a believable class of its own: no synonym, sub-kind, plural or renaming of a class above;
- belong to the same kind of place or domain as the classes above;
- be something that can be seen in a photo, written as a short singular noun;
- differ from every other name you give and from these, which are known already: {excluded}

Example: for the classes ["cow", "sheep"] and 3 names, the answer is
{{"class_names": ["goat", "bison", "llama"]}}

Answer with JSON only, in the form of the example, with exactly {N} names.
""",
)

# Appendix A.2: simple generic sentences, each class in different poses, doing or undergoing things,
# fit as captions of very simple pictures; one worked example with fewer sentences than asked for.
DESCRIPTIONS = PromptTemplate(
    "descriptions",
    """\
Write {K} short sentences for each of these classes: {classes}

Each sentence describes one simple photo of the class: what it is doing, how it is posed, how it is
used, or what is around it. Keep the words plain, name the class in every sentence, mention no other
class of the list, and let the {K} sentences of a class show {K} different situations.

Example, with 2 sentences a class, for ["bicycle", "owl"]:
{{"bicycle": ["a bicycle leans against a wall", "a person rides a bicycle on a road"],
 "owl": ["an owl sits on a branch", "an owl flies at night"]}}

Answer with JSON only: one object whose keys are the classes as written above, and whose values are
lists of exactly {K} sentences.
""",
)

# Section 4.5: a task and a partial list of classes; the model names further classes that matter.
RELEVANT_CLASSES = PromptTemplate(
    "relevant classes",
    """\
A robot or an assistant has this task: {task}

Classes of things known to matter for the task: {known}

Name {N} further classes of things that it should be able to recognise in pictures to do this
task. Each must be a concrete thing that can be seen in a photo, written as a short singular noun,
and must be no synonym, sub-kind or repeat of a known class or of another answer. Give the reason in
one short sentence.

Example: for the task "make tea", known ["kettle"], and 2 classes, the answer is
{{"classes": [{{"name": "mug", "reason": "tea is drunk from it"}},
 {{"name": "tea bag", "reason": "it goes into the hot water"}}]}}

Answer with JSON only, in the form of the example, with exactly {N} classes.
""",
)

DEFAULT_TEMPLATES: Mapping[Task, PromptTemplate] = MappingProxyType(
    {template.task: template for template in (CONFUSERS, DESCRIPTIONS, RELEVANT_CLASSES)}
)
