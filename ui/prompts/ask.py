"""Prompts page, asking: the two templates with the prompt they make, the model, a pasted reply."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import ConfigError, LaserError
from laser_core.llm.base import Task as Question
from laser_core.llm.base import refused_settings_sentence
from laser_core.llm.prompts import DEFAULT_TEMPLATES, PromptTemplate
from laser_core.store.text_versions import undo_target
from laser_core.texts.descriptions import Descriptions, refusals
from laser_core.texts.pasted_reply import PastedResult, take_confusers, take_sentences
from ui.escape import escape_text
from ui.look.notes import note, note_markdown
from ui.look.sizes import height
from ui.prompts.state import keep, notify, step_back
from ui.shared.jobs import share_secrets, start_job
from ui.shared.page_settings import read_settings, write_settings
from ui.shared.runs import jobs, reader
from ui.widgets.late_button import late_button
from ui.widgets.live_text import LiveText

TITLES: dict[Question, str] = {
    "confusers": "1 · Confusers (appendix A.1)",
    "descriptions": "2 · Descriptions (appendix A.2)",
}
TAKEN = "prompts_taken"  # (run, version before it, what was told) of the last pasted reply
DRAFTS = "prompt_drafts.json"  # in the run's folder: a reload or another tab finds them again


def draw_prompts(run: RunReader, texts: Descriptions | None) -> None:
    """One of the two templates with the filled-in prompt beside it, then two ways to an answer."""
    shown: Question = st.segmented_control(
        "Prompt", list(TITLES), default="confusers", required=True, key="prompts_question",
        format_func=TITLES.__getitem__, label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    templates: dict[Question, PromptTemplate] = {}
    for question in TITLES:
        area = LiveText(f"prompts_template_{run.name}_{question}", _draft(run, question, texts))
        template, fault = _check_template(question, area.text)
        if template is not None:
            templates[question] = template
        if question == shown:
            _editor(run, question, texts, area, template, fault)
    told = _last_taken(run)  # which says by itself what was refused
    if texts is not None and not told and (refused := refusals(texts.refused)):
        note(refused)
    left, right = st.columns(2, gap="small")
    with left:
        _ask(run, templates)
    with right:
        _paste(run, shown, templates, texts)


def _editor(
    run: RunReader,
    question: Question,
    texts: Descriptions | None,
    area: LiveText,
    template: PromptTemplate | None,
    fault: str,
) -> None:
    """One template and its prompt, which hides while the template has a fault."""
    left, right = st.columns(2, gap="small")
    with left:
        area.draw("Template: {name} is filled in, {{ and }} are braces", height=height(200),
                  invalid=bool(fault))  # fmt: skip
        _save_draft(run, question, area.text)
        if fault:
            st.error(escape_text(fault[:1].upper() + fault[1:]))
        if area.text != DEFAULT_TEMPLATES[question].text:
            st.button(
                "Back to the default", key=f"prompts_default_{question}",
                on_click=area.set, args=(DEFAULT_TEMPLATES[question].text,),
            )  # fmt: skip
    with right:
        note("The prompt as it is sent, or to be copied")
        if template is None:
            note("Mend the template on the left, then the prompt stands here.")
        else:
            prompt = _fill_template(run, template, texts)
            st.code(prompt, language=None, wrap_lines=True, height=height(200))


def _check_template(question: Question, text: str) -> tuple[PromptTemplate | None, str]:
    try:
        return PromptTemplate(question, text), ""
    except ConfigError as error:
        return None, str(error)


def _fill_template(run: RunReader, template: PromptTemplate, texts: Descriptions | None) -> str:
    config = run.config
    if template.task == "confusers":
        found = run.pool().discovered_names() if config.use_discovered else []
        return template.fill(class_names=config.relevant, N=config.confusers or 0, excluded=found)
    return template.fill(classes=_classes_to_describe(run, texts), K=config.descriptions or 0)


def _classes_to_describe(run: RunReader, texts: Descriptions | None) -> list[str]:
    """The classes that need sentences: relevant ones, and confusers that are switched on."""
    confusers = [c.name for c in texts.confusers if c.enabled] if texts is not None else []
    return [*run.config.relevant, *confusers]


# ---- drafts


def _draft(run: RunReader, question: Question, texts: Descriptions | None) -> str:
    """The template as it was left; else the one in use; else the default."""
    draft = str(read_settings(run, DRAFTS).get(question, ""))
    used = texts.prompts.get(question) if texts is not None else None
    return draft or used or DEFAULT_TEMPLATES[question].text


def _save_draft(run: RunReader, question: Question, text: str) -> None:
    drafts = read_settings(run, DRAFTS)
    if drafts.get(question, DEFAULT_TEMPLATES[question].text) != text:
        write_settings(run, DRAFTS, {**drafts, question: text})


# ---- the model


def _ask(run: RunReader, templates: dict[Question, PromptTemplate]) -> None:
    offline = run.config.llm == "offline"
    share_secrets()
    own = "the run's model"
    with st.container(border=True):
        st.markdown("**Ask the model**")
        other = st.text_input(
            "Model", "" if offline else run.config.llm, key="prompts_llm", persist_state="session",
            placeholder="offline semantic reasoner (no LLM)" if offline else own,
            help="openai:MODEL asks an OpenAI-compatible endpoint (OPENAI_API_KEY, "
            "OPENAI_BASE_URL). Left empty: the run's own model.",
        ).strip()  # fmt: skip
        reads = (other or run.config.llm) not in ("offline",)
        if not reads:
            note_markdown(
                "This run uses the **offline semantic reasoner (no LLM)**: it reads no "
                "prompt, and asking again gives the same. Edit the words, paste a reply, or name "
                "an endpoint above."
            )
        repeats = 1
        if reads:
            repeats = int(st.number_input("How often", 1, 20, 1, key="prompts_repeats", help=(
                "A model's answers differ from time to time. Each becomes a version; Versions "
                "shows the spread of their precision.")))  # fmt: skip
        asked_with: dict[str, str] = {
            question: template.text for question, template in templates.items()
        }
        late_button(
            "Ask" if reads else "Ask again",
            lambda: _start_asking(run.name, asked_with, other, repeats),
            key="prompts_ask",
            icon=":material/forum:",
            type="primary" if reads else "secondary",
            disabled=jobs().active() is not None or (reads and len(templates) < len(TITLES)),
        )
        asked = run.store.exchanges.all()[-1:]
        if asked and (said := refused_settings_sentence(asked[0])):
            note(f"{said}.")
        if len(templates) < len(TITLES):
            note("Mend the template that has a fault first.")


def _start_asking(run_name: str, templates: dict[str, str], llm: str, repeats: int) -> None:
    params = {
        "folder": str(reader(run_name).folder),
        "templates": templates,
        "llm": llm,
        "repeats": repeats,
        "title": f"asked {llm or 'the model'}",
    }
    start_job(jobs(), "ask_model", params)


# ---- a reply from any chat


def _paste(
    run: RunReader,
    question: Question,
    templates: dict[Question, PromptTemplate],
    texts: Descriptions | None,
) -> None:
    with st.container(border=True):
        st.markdown("**Paste a reply from any chat**")
        reply = LiveText("prompts_reply")
        reply.draw(
            "Copy the prompt above into a chat, then paste its whole answer here",
            height=height(110),
            placeholder='{"class_names": ["wolf", "fox"]}',
        )  # fmt: skip
        late_button(
            "Take it", lambda: _take(run.name, question, templates), key="prompts_take",
            disabled=not reply.text.strip() or texts is None,
        )  # fmt: skip
        _draw_taken(run)
        if question == "confusers":
            note("Then copy the second prompt, with the new names, and paste again.")


def _take(run_name: str, question: Question, templates: dict[Question, PromptTemplate]) -> None:
    """Read the pasted reply; keep what it says as a new version, or say what it lacks."""
    run, reply = reader(run_name), LiveText("prompts_reply")
    kept = run.store.texts.read()
    if kept is None:
        return
    number, texts = kept
    try:
        taken = _read_reply(run, texts, question, reply.text, templates)
        if keep(run_name, taken.texts, taken.title, number, "paste", taken.exchanges):
            st.session_state[TAKEN] = (run_name, number, taken.notices)
            reply.set("")
    except LaserError as error:
        notify(f"The reply cannot be used: {error}")


def _read_reply(
    run: RunReader,
    texts: Descriptions,
    question: Question,
    reply: str,
    templates: dict[Question, PromptTemplate],
) -> PastedResult:
    config = run.config
    if question == "confusers":
        found = run.pool().discovered_names() if config.use_discovered else []
        return take_confusers(reply, texts, config.confusers or 0, found, templates)
    classes = _classes_to_describe(run, texts)
    return take_sentences(reply, texts, classes, config.descriptions or 0, templates)


def _last_taken(run: RunReader) -> tuple[str, ...]:
    """What the last pasted reply came to, for as long as it is in use."""
    name, before, notices = st.session_state.get(TAKEN, ("", 0, ()))
    versions = run.store.texts.all()
    in_use = name == run.name and versions and undo_target(versions) == before
    return tuple(notices) if in_use else ()


def _draw_taken(run: RunReader) -> None:
    """What the last pasted reply came to, and the way back."""
    notices = _last_taken(run)
    if not notices:
        return
    st.success("\n\n".join(map(escape_text, notices)))
    st.button(
        "Undo", icon=":material/undo:", key="prompts_undo_paste", on_click=step_back,
        args=(run.name, "undo"), help="Back to the texts as they were before this reply",
    )  # fmt: skip
