"""A reply that a person pasted: what becomes of a run's texts, and what is told about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from laser_core.errors import ConfigError
from laser_core.llm.base import Exchange, Task
from laser_core.llm.pasted_model import PastedModel
from laser_core.llm.prompts import PromptTemplate
from laser_core.texts.descriptions import Descriptions, join_names, refusals
from laser_core.texts.edits import with_confusers, with_sentences


@dataclass(frozen=True)
class PastedResult:
    """What came of a pasted reply.

    Args:
        texts: the descriptions after it.
        title: of the version, in a few words.
        told: sentences: what was taken, refused, replaced and kept.
        exchanges: the question and the reply, for the run's record.
    """

    texts: Descriptions
    title: str
    notices: tuple[str, ...]
    exchanges: tuple[Exchange, ...]


def take_confusers(
    reply: str,
    texts: Descriptions,
    wanted: int,
    excluded: Sequence[str] = (),
    templates: Mapping[Task, PromptTemplate] | None = None,
) -> PastedResult:
    """`texts` with the confusers that `reply` names; a person's own and discovered ones stay.

    A person cannot be asked again, so fewer than `wanted` are taken too.

    Args:
        excluded: names that the prompt called known.

    Raises:
        LLMReplyError: there is no name in it that can be taken. ConfigError: none is wanted.
    """
    if wanted < 1:
        raise ConfigError("the run has no place for confusers; start one with --confusers above 0")
    model = PastedModel(reply, templates, takes_less=True)
    names = model.confusers([c.name for c in texts.relevant], wanted, excluded)
    after = replace(with_confusers(texts, names.names), refused=names.refused)
    have = {c.name for c in after.confusers}
    replaced = [c.name for c in texts.confusers if c.name not in have]
    own = [c.name for c in texts.confusers if c.source == "person"]
    count = (
        f"{len(names.names)}" if len(names.names) == wanted else f"{len(names.names)} of {wanted}"
    )
    notices = [
        f"Taken: {join_names(names.names)}{'' if len(names.names) == wanted else f' ({count})'}.",
        refusals(names.refused),
        f"Replaced: {join_names(replaced)}." if replaced else "",
        f"Kept, because they are yours: {join_names(own)}." if own else "",
    ]
    return _result(after, f"pasted: {count} confusers", notices, model, "confusers")


def take_sentences(
    reply: str,
    texts: Descriptions,
    classes: Sequence[str],
    wanted: int,
    templates: Mapping[Task, PromptTemplate] | None = None,
) -> PastedResult:
    """`texts` with the sentences that `reply` has for `classes`; a class without any keeps its own.

    Raises:
        LLMReplyError: there is no sentence in it for any class. ConfigError: none is wanted.
    """
    if wanted < 1:
        raise ConfigError(
            "the run has no place for sentences; start one with --descriptions above 0"
        )
    model = PastedModel(reply, templates, takes_less=True)
    found = model.descriptions(classes, wanted)
    full = [name for name, sentences in found.items() if len(sentences) >= wanted]
    fewer = [f"{name} ({len(s)})" for name, s in found.items() if 0 < len(s) < wanted]
    without = [name for name, sentences in found.items() if not sentences]
    notices = [
        f"Taken: {wanted} sentences each for {join_names(full)}." if full else "",
        f"Taken, with fewer than {wanted}: {join_names(fewer)}." if fewer else "",
        f"Without a sentence in the reply, so they keep their own: {join_names(without)}."
        if without
        else "",
    ]
    some = f"{len(full) + len(fewer)} of {len(classes)}" if without else f"each of {len(classes)}"
    title = f"pasted: sentences for {some} classes"
    return _result(with_sentences(texts, found), title, notices, model, "descriptions")


def _result(
    texts: Descriptions, title: str, notices: Sequence[str], model: PastedModel, question: Task
) -> PastedResult:
    prompts = {**texts.prompts, question: model.templates[question].text}
    made = replace(texts, prompts=prompts)
    return PastedResult(made, title, tuple(filter(None, notices)), tuple(model.exchanges))
