"""Which pictures are to be labeled, as the widget needs them: a query, a choice, a search."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.analysis.review.near_duplicates import near_duplicates
from laser_core.analysis.review.second_look import Doubt, second_look
from laser_core.analysis.stopping import open_audit
from laser_core.analysis.suggestions import (
    AlikeGroup,
    Suggestion,
    alike_groups,
    least_sure,
    suggestions,
)
from laser_core.data.pictures.thumbnails import LARGE_SIDE, thumbnail_name
from laser_core.errors import LaserError
from laser_core.io.label_files.label_text import full_text
from laser_core.store.log.replay import Answer
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.navigation import HANDED_OVER
from ui.shared.pictures import Thumbnails
from ui.shared.runs import ensure_cosines, jobs, picture_urls, requests, thumbnails
from ui.widgets.labeller import Deck, Picture, Recent

QUERY, GIVEN, SEARCH = "The query", "Chosen pictures", "Found by text"
AUDIT, LEAST_SURE, AGAIN = "The audit", "Least sure", "Second look"
FOUND = 48  # pictures of a search, or of those the model is least sure of
DOUBTED = 24  # labels of a second look at a time
CHUNK = 32  # large copies asked for at once, so that other small requests get their turn
RECENT = 14  # answers of before in the widget's history
PACE = 50  # answers that the seconds per label are the mean of


@dataclass(frozen=True)
class SecondLook:
    """Labels to be looked at again, kept while they are.

    Args:
        doubts: worst first.
        since: number of the newest event when they were looked for; later answers settle them.
    """

    doubts: tuple[Doubt, ...]
    since: int

    def settled_ids(self, run: RunReader) -> list[str]:
        """Ids whose answer that stands was given since."""
        answers = run.store.labels.answers_of([doubt.image for doubt in self.doubts])
        return [id for id, answer in answers.items() if answer.seq > self.since]


def choose_ids(run: RunReader) -> tuple[str, list[str]]:
    """(source, ids) of the pictures at hand; no ids with a message on the page that says why."""
    asked = run.store.rounds.query(len(run.records()) + 1)
    given = [str(id) for id in st.session_state.get(HANDED_OVER, ())]
    audit = open_audit(run)
    sources = [QUERY, *([GIVEN] if given else []), *([AUDIT] if audit else [])]
    sources += [SEARCH, LEAST_SURE, AGAIN]
    if st.session_state.get("label_source") not in sources:
        st.session_state["label_source"] = QUERY
    if given and st.session_state.get("_label_seen") != given:
        st.session_state["_label_seen"] = given
        st.session_state["label_source"] = GIVEN
    source = st.segmented_control(
        "Pictures", sources, required=True, key="label_source",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    if source == GIVEN:
        return GIVEN, given
    if source == SEARCH:
        return SEARCH, _search(run)
    if source == LEAST_SURE:
        return LEAST_SURE, _least_sure(run)
    if source == AGAIN:
        return AGAIN, [doubt.image for doubt in begin_second_look(run).doubts]
    if source == AUDIT:
        return AUDIT, audit
    return QUERY, asked[1].ids.tolist() if asked else []


def begin_second_look(run: RunReader) -> SecondLook:
    """The labels of the second look at hand, also when all are settled: one key takes that back.

    The next ones come with `look_for_more`.
    """
    kept: dict[str, SecondLook] = st.session_state.setdefault("_label_again", {})
    now = at_hand(run)
    if now.doubts:
        return now
    since = run.store.events.last()
    try:
        texts = run.descriptions()
        if texts is not None:
            ensure_cosines(run, texts[1])
        kept[run.name] = SecondLook(tuple(second_look(run, DOUBTED)), since)
    except LaserError as error:
        st.error(escape_text(error))
        return SecondLook((), since)
    return kept[run.name]


def look_for_more(run: RunReader) -> None:
    """A button's callback: end the second look at hand, so that the next one begins."""
    st.session_state.get("_label_again", {}).pop(run.name, None)


def at_hand(run: RunReader) -> SecondLook:
    """The second look that `begin_second_look` began; empty without one."""
    kept: dict[str, SecondLook] = st.session_state.get("_label_again", {})
    return kept.get(run.name, SecondLook((), 0))


def _search(run: RunReader) -> list[str]:
    text = st.text_input(
        "Find pictures without a label by a sentence", key="label_search", persist_state="session",
        placeholder="a red toothbrush on a shelf",
    ).strip()  # fmt: skip
    if not text:
        return []
    try:
        if text not in run.table:
            params = {"folder": str(run.folder), "texts": [text]}
            requests().ask("embed_sentences", params, timeout=120)
        kept: dict[str, list[str]] = st.session_state.setdefault("_label_found", {})
        name = f"{run.name} {text}"
        if name not in kept:  # fixed while its pictures are answered
            labeled = run.store.labels.by_id()
            order = run.facts.ids[np.argsort(-run.table.rows([text])[0], kind="stable")]
            kept[name] = [id for id in order.tolist() if id not in labeled][:FOUND]
        return kept[name]
    except LaserError as error:
        st.error(escape_text(error))
        return []


def _least_sure(run: RunReader) -> list[str]:
    """Kept while they are answered; the next ones come when all of them are."""
    kept: dict[str, list[str]] = st.session_state.setdefault("_label_least_sure", {})
    name = f"{run.name} {len(run.records())}"
    try:
        if len(run.store.labels.answers_of(kept.get(name, []))) == len(kept.get(name, [])):
            texts = run.descriptions()
            if texts is not None:
                ensure_cosines(run, texts[1])
            kept[name] = least_sure(run, FOUND)
    except LaserError as error:
        st.error(escape_text(error))
        return []
    if not kept[name]:
        note(
            "Nothing can be told of the pictures yet, or all have a label. Make the confusers and "
            "sentences on Prompts first."
        )
    return kept[name]


def make_deck(
    run: RunReader, source: str, ids: Sequence[str], actor: str, fold: bool = False
) -> Deck:
    """All the widget needs of `ids`, with the labels they have by now.

    Args:
        fold: whether near-duplicates are one tile.

    Raises:
        LaserError: thumbnails or cosines cannot be made.
    """
    picture_urls(run, ids)
    guessed = _suggestions(run, ids)
    groups = alike_groups(ids, guessed)
    place = {id: n for n, group in enumerate(groups) for id in group.ids}
    answers = run.store.labels.answers()
    wanted = set(ids)
    small, counted = thumbnails(run), Counter(a.label for a in answers)
    under = _folds(run, ids, groups) if fold and source != AGAIN else {}
    pictures = [_picture(id, guessed.get(id), place[id], under.get(id, "")) for id in ids]
    again = at_hand(run) if source == AGAIN else None
    return Deck(
        name=deck_name(source, ids),
        pictures=_with_doubts(pictures, again.doubts, run) if again else pictures,
        labels={a.image: (a.label, a.actor) for a in answers if a.image in wanted},
        groups=groups,
        small=small.base_url,
        large=large_copies(run).base_url,
        recent=_recent(answers, wanted),
        actor=actor,
        round=round_of_answers(run),
        spent=len(answers),
        budget=run.config.rounds * (run.config.batch_size or 0),
        seconds=[a.seconds for a in answers if a.actor == actor and a.seconds is not None][-PACE:],
        per_class={
            label.name: count for label, count in counted.items() if label.state == "relevant"
        },
        review=again is not None,
        reviewed=again.settled_ids(run) if again else (),
    )


def deck_name(source: str, ids: Sequence[str]) -> str:
    """Names a set of pictures: the same for the same pictures."""
    return f"{source} {hashlib.sha256(chr(0).join(ids).encode()).hexdigest()[:12]}"


def round_of_answers(run: RunReader) -> int:
    """The round that answers given now belong to: the next one while one is being trained."""
    job = jobs().active()
    training = job is not None and job.kind in ("train", "run_rounds")
    ours = training and job is not None and job.params.get("folder") == str(run.folder)
    return len(run.records()) + 1 + ours


def _suggestions(run: RunReader, ids: Sequence[str]) -> Mapping[str, Suggestion]:
    """What the model thinks; nothing where that cannot be told, for labeling goes on without."""
    try:
        kept = run.descriptions()
        if kept is not None:
            ensure_cosines(run, kept[1])
        return suggestions(run, ids)
    except LaserError:
        return {}


def _folds(run: RunReader, ids: Sequence[str], groups: Sequence[AlikeGroup]) -> Mapping[str, str]:
    """id -> the earlier picture that it is folded under; nothing where vectors are missing."""
    order = {id: n for n, id in enumerate(ids)}
    try:
        return near_duplicates(run, [sorted(each.ids, key=order.__getitem__) for each in groups])
    except LaserError:  # a pool of an earlier version: the next query keeps what is missing
        return {}


def _picture(id: str, guess: Suggestion | None, group: int, under: str) -> Picture:
    name = thumbnail_name(id)
    if guess is None:
        reason = "nothing is known of this picture yet"
        return Picture(id, name, group, reason=reason, under=under)
    return Picture(id, name, group, round(guess.confidence, 4), guess.reason, under)


def _with_doubts(
    pictures: Sequence[Picture], doubts: Sequence[Doubt], run: RunReader
) -> list[Picture]:
    """The pictures with what speaks against their labels, each under the round of its label."""
    answers = run.store.labels.answers_of([doubt.image for doubt in doubts])
    of = {doubt.image: doubt for doubt in doubts}
    return [
        replace(
            picture,
            doubt=of[picture.id].reason,
            instead=full_text(of[picture.id].instead),
            round=answers[picture.id].round,
        )
        if picture.id in of and picture.id in answers
        else picture
        for picture in pictures
    ]


def _recent(answers: Sequence[Answer], wanted: set[str]) -> list[Recent]:
    """The newest answers; one undo takes an action back where all of it is of `wanted`."""
    newest = [answer for answer in reversed(answers) if answer.image in wanted][:RECENT]
    count = Counter(a.action for a in answers)
    outside = {a.action for a in answers if a.image not in wanted or a.source != "person"}
    return [
        Recent(
            a.image, thumbnail_name(a.image), a.label, a.actor, a.seq, a.action,
            1 if a.action in outside else count[a.action],
        )
        for a in newest
    ]  # fmt: skip


def large_copies(run: RunReader) -> Thumbnails:
    """The addresses of copies that one picture can be judged by."""
    return Thumbnails(f"{run.config.pool} {run.config.data_root or ''}", side=LARGE_SIDE)


def make_large_copies(run: RunReader, ids: Sequence[str]) -> int:
    """How many of `ids`, from the first, have large copies; the next are asked for meanwhile."""
    large = large_copies(run)
    made = large.made_of(ids)
    asked: dict[str, str] = st.session_state.setdefault("_label_large", {})
    wanted = list(ids[made : made + CHUNK])
    if not wanted or _is_requested(asked.get(wanted[0])):
        return made
    params = {
        "pool": run.config.pool,
        "data_root": run.config.data_root,
        "ids": wanted,
        "thumbnails": str(large.folder),
        "side": LARGE_SIDE,
    }
    asked[wanted[0]] = requests().send("make_thumbnails", params)
    return made


def _is_requested(id: str | None) -> bool:
    """Whether a request is under way, or has failed: then it is not made again and again."""
    if id is None:
        return False
    try:
        return requests().state(id).status != "done"
    except LaserError:
        return False
