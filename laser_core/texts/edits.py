"""What a person may do to the descriptions, one edit at a time; each gives new descriptions.

Classes are named and sentences quoted, never counted: an edit from a tab that shows an older list
still means the same thing, or is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from laser_core.errors import ConfigError
from laser_core.llm.base import LanguageModel
from laser_core.llm.lexicon.synsets import same_name
from laser_core.llm.lexicon.words import Matching, name_key, plain_sentence, with_article
from laser_core.llm.replies.schema import LONGEST_NAME, LONGEST_SENTENCE
from laser_core.texts.descriptions import ClassText, Descriptions, sentences_for
from laser_core.texts.examples import examples_of, picture_of

Side = Literal["relevant", "confusers"]
Verb = Literal["switch", "rename", "remove", "add", "add sentence", "change sentence"]
NAMES = {"relevant": "relevant class", "confusers": "confuser"}


@dataclass(frozen=True)
class Edit:
    """One edit.

    Args:
        verb: "switch" a class on or off; "rename", "remove" or "add" a confuser; "add sentence";
            "change sentence", to "" to delete it.
        side: which list the class is in.
        name: the class.
        text: the sentence that is changed, as it was.
        new: the new name or sentence.
    """

    verb: Verb
    side: Side
    name: str = ""
    text: str = ""
    new: str = ""


def apply_edit(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    """`descriptions` after `edit`, and what was done, in a few words.

    Raises:
        ConfigError: the edit makes no sense, or speaks of something that is no longer there.
    """
    done: Callable[[Descriptions, Edit], tuple[Descriptions, str]] = {
        "switch": _switch,
        "rename": _rename,
        "remove": _remove,
        "add": _add,
        "add sentence": _add_sentence,
        "change sentence": _change_sentence,
    }[edit.verb]
    return done(descriptions, edit)


def with_confusers(descriptions: Descriptions, names: Sequence[str]) -> Descriptions:
    """`descriptions` with `names` for confusers, as a reply to the prompt for them has it.

    Confusers that were there already keep their sentences; a person's own and discovered ones
    stay, whatever the reply; a new one gets the sentence that only names it.
    """
    known = Matching(c.name for c in descriptions.confusers)
    by_name = {c.name: c for c in descriptions.confusers}
    stay = {c.name: c for c in descriptions.confusers if c.source != "model"}
    named: dict[str, ClassText] = {}
    for name in names:
        there = known.find(name)
        if there is None:
            named.setdefault(name, ClassText(name, (plain_sentence(name),)))
        elif there not in stay:
            named.setdefault(there, by_name[there])
    return replace(descriptions, confusers=(*named.values(), *stay.values()))


def renew_confusers(
    descriptions: Descriptions,
    llm: LanguageModel,
    names: Sequence[str],
    wanted: int,
    per_class: int,
) -> Descriptions:
    """`descriptions` with confusers asked for anew (A.1) where some of `names` are new.

    The model is told all of `names`, which do not come back. What it names again keeps its
    sentences; what it no longer names goes; a person's own and discovered ones stay.

    Args:
        names: of irrelevant images met so far.
        wanted: N_conf.
        per_class: K.

    Raises:
        LLMError: the model could not be reached or gave no usable answer.
    """
    there = {c.name.lower() for c in descriptions.confusers}
    if not any(name.lower() not in there for name in names):
        return descriptions
    found = llm.confusers([c.name for c in descriptions.relevant], wanted, names)
    after = replace(with_confusers(descriptions, found.names), refused=found.refused)
    new = [c.name for c in after.confusers if c.name.lower() not in there]
    return with_sentences(after, sentences_for(llm, new, per_class)) if new else after


def with_sentences(
    descriptions: Descriptions, sentences: Mapping[str, Sequence[str]]
) -> Descriptions:
    """`descriptions` with other `sentences` for the classes named there.

    Example pictures stay: a person marked them, and no reply speaks of them.
    """

    def renew(classes: Sequence[ClassText]) -> tuple[ClassText, ...]:
        return tuple(
            replace(c, sentences=(*sentences[c.name], *examples_of(c.sentences)))
            if sentences.get(c.name)
            else c
            for c in classes
        )

    return replace(
        descriptions,
        relevant=renew(descriptions.relevant),
        confusers=renew(descriptions.confusers),
    )


def with_relevant(descriptions: Descriptions, name: str) -> Descriptions:
    """`descriptions` with the confuser `name`, if there is one, as the last relevant class."""
    moved = tuple(replace(c, enabled=True) for c in descriptions.confusers if c.name == name)
    left = tuple(c for c in descriptions.confusers if c.name != name)
    return replace(descriptions, relevant=(*descriptions.relevant, *moved), confusers=left)


def as_lines(descriptions: Descriptions) -> list[str]:
    """The descriptions as text, one line a class and a sentence, to be compared line by line."""
    lines = []
    for side, classes in (
        ("relevant", descriptions.relevant),
        ("confuser", descriptions.confusers),
    ):
        for c in classes:
            lines.append(f"{side}: {c.name}{'' if c.enabled else ' (off)'}")
            lines += [f"    {sentence}" for sentence in c.sentences]
    return lines


# ---- the verbs


def _switch(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    found = _find(descriptions, edit)
    turned = replace(found, enabled=not found.enabled)
    after = _put(descriptions, edit, turned)
    if not after.relevant_texts():
        raise ConfigError(
            f"{edit.name!r} is the last relevant class in use, and Eq. (1) needs one; switch "
            "another on first"
        )
    return after, f"{edit.name} switched {'on' if turned.enabled else 'off'}"


def _rename(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    """Give a confuser another name; sentences that name it name it anew."""
    found = _find(descriptions, edit)
    if edit.side == "relevant":
        raise ConfigError(
            f"{edit.name!r} cannot be renamed: labels of this run carry that name; "
            "rename it on the Label page"
        )
    new = _new_name(descriptions, edit.new, besides=edit.name)
    sentences = (_rename_in_sentence(s, edit.name, new) for s in found.sentences)
    changed = replace(found, name=new, sentences=tuple(dict.fromkeys(sentences)), source="person")
    return _put(descriptions, edit, changed), f"{edit.name} renamed to {new}"


def _remove(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    found = _find(descriptions, edit)
    if edit.side == "relevant":
        raise ConfigError(
            f"{edit.name!r} cannot be deleted: labels of this run carry its name; switch it off"
        )
    if found.source == "discovered":  # deleted, it would come back with the next round
        return _put(descriptions, edit, replace(found, enabled=False)), (
            f"{edit.name} switched off (found in the pool, so it is not deleted)"
        )
    left = tuple(c for c in descriptions.confusers if c is not found)
    return replace(descriptions, confusers=left), f"{edit.name} deleted"


def _add(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    if edit.side == "relevant":
        raise ConfigError(
            "a relevant class is added as a confuser first; then make that one relevant"
        )
    name = _new_name(descriptions, edit.new)
    added = ClassText(name, (plain_sentence(name),), "person")
    return replace(descriptions, confusers=(*descriptions.confusers, added)), f"{name} added"


def _add_sentence(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    found = _find(descriptions, edit)
    sentence = _new_sentence(found, edit.new)
    changed = replace(found, sentences=(*found.sentences, sentence))
    return _put(descriptions, edit, changed), f"{edit.name}: sentence added"


def _change_sentence(descriptions: Descriptions, edit: Edit) -> tuple[Descriptions, str]:
    found = _find(descriptions, edit)
    if edit.text not in found.sentences:
        raise ConfigError(
            f"{edit.name!r} has no sentence {edit.text!r} any more; look at the new list"
        )
    if not edit.new.strip():
        left = tuple(s for s in found.sentences if s != edit.text)
        after = _put(descriptions, edit, replace(found, sentences=left))
        if not after.relevant_texts():
            raise ConfigError(
                "this is the last relevant sentence, and Eq. (1) needs one; add another first"
            )
        return after, f"{edit.name}: sentence deleted"
    new = _new_sentence(found, edit.new)
    changed = tuple(new if s == edit.text else s for s in found.sentences)
    after = _put(descriptions, edit, replace(found, sentences=changed))
    return after, f"{edit.name}: sentence changed"


# ---- small parts


def _find(descriptions: Descriptions, edit: Edit) -> ClassText:
    for found in _side(descriptions, edit.side):
        if found.name == edit.name:
            return found
    raise ConfigError(
        f"there is no {NAMES[edit.side]} {edit.name!r} any more; look at the new list"
    )


def _side(descriptions: Descriptions, side: Side) -> tuple[ClassText, ...]:
    return descriptions.relevant if side == "relevant" else descriptions.confusers


def _put(descriptions: Descriptions, edit: Edit, changed: ClassText) -> Descriptions:
    """`descriptions` with `changed` in the place of the class that `edit` names."""
    classes = tuple(changed if c.name == edit.name else c for c in _side(descriptions, edit.side))
    if edit.side == "relevant":
        return replace(descriptions, relevant=classes)
    return replace(descriptions, confusers=classes)


def _new_name(descriptions: Descriptions, given: str, besides: str = "") -> str:
    name = " ".join(given.split())
    if not name_key(name) or len(name) > LONGEST_NAME:
        raise ConfigError(
            f"{name!r} is no name; give a short word for a thing, at most {LONGEST_NAME} characters"
        )
    for known in (*descriptions.relevant, *descriptions.confusers):
        if known.name != besides and same_name(name, known.name):
            raise ConfigError(f"{known.name!r} is in the lists already; choose another name")
    return name


def _new_sentence(owner: ClassText, given: str) -> str:
    sentence = " ".join(given.split())
    if not any(character.isalpha() for character in sentence):
        raise ConfigError("a sentence needs at least one word")
    if len(sentence) > LONGEST_SENTENCE:
        raise ConfigError(
            f"the sentence has {len(sentence)} characters; keep it below {LONGEST_SENTENCE}, "
            "models read no more than a few dozen words"
        )
    if sentence in owner.sentences:
        raise ConfigError(f"{owner.name!r} has that sentence already")
    if picture_of(sentence) is not None:
        raise ConfigError(
            f"{sentence!r} is how an example picture is written; choose the picture in the gallery "
            "and mark it there"
        )
    return sentence


def _rename_in_sentence(sentence: str, old: str, new: str) -> str:
    """`sentence` with the class's name replaced as a whole word, and the article made to fit."""
    if picture_of(sentence) is not None:
        return sentence
    pattern = rf"\b(?:(an?)( ))?{re.escape(old)}\b"

    def replacement(match: re.Match[str]) -> str:
        given = match[1]
        if not given:
            return new
        fitting = with_article(new)
        return fitting[:1].upper() + fitting[1:] if given[0].isupper() else fitting

    return re.sub(pattern, replacement, sentence, flags=re.IGNORECASE)
