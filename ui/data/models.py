"""Data page, step 3: which models, and the settings of the run."""

from __future__ import annotations

import os
from typing import Any

import streamlit as st

from laser_core.config import PAPER_PRESETS
from laser_core.data.sets.published_sets import published_set
from laser_core.errors import LaserError
from laser_core.strategies import STRATEGIES
from laser_core.vlm.choose import choice_sentence
from ui.escape import escape_text, in_app_words
from ui.look.notes import note
from ui.shared.jobs import share_secrets

OFFLINE, ENDPOINT, TRANSCRIPT = (
    "Offline semantic reasoner (no LLM)",
    "OpenAI-compatible endpoint",
    "A saved transcript",
)
AUTO, OFFLINE_VLM, CLIP = "Automatic", "Offline model", "open_clip"
SETS = {
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "tiny-imagenet": "Tiny-ImageNet",
    "icubworld": "iCubWorld",
}
METHODS = {
    "balanced": "LaSeR, balanced by class, starts from the text",
    "section-3.2": "As printed in the paper: Section 3.2 (quotas)",
    "algorithm-1": "As printed in the paper: Algorithm 1 (top b)",
}


def choose_models() -> tuple[str, str]:
    """(llm, vlm) as `--llm` and `--vlm` take them; the page says what each needs."""
    with st.expander("Models", icon=":material/network_intelligence:", key="data_models"):
        llm = _choose_llm()
        vlm = _choose_vlm()
    used = (st.session_state["data_llm"], st.session_state["data_vlm"])
    note(f"Language model: {used[0]}. Vision-language model: {used[1].lower()}.")
    return llm, vlm


def _choose_llm() -> str:
    kind = st.selectbox("Language model", [OFFLINE, ENDPOINT, TRANSCRIPT], key="data_llm",
                        persist_state="session", bind="query-params")  # fmt: skip
    if kind == OFFLINE:
        note("Works at once, costs nothing, nothing leaves this machine.")
        return "offline"
    if kind == TRANSCRIPT:
        path = st.text_input("Transcript (.jsonl)", key="data_transcript", persist_state="session")
        note("Replays what a model said in an earlier run; nothing is sent.")
        return f"replay:{path.strip()}" if path.strip() else "offline"
    share_secrets()
    model = st.text_input(
        "Model", "gpt-4o-mini", key="data_model", persist_state="session", bind="query-params"
    )
    key = "present" if os.environ.get("OPENAI_API_KEY") else "absent"
    address = os.environ.get("OPENAI_BASE_URL", "")
    note(
        f"API key: {key}. Endpoint: {'your own (OPENAI_BASE_URL)' if address else 'OpenAI'}. "
        "Class names and prompts are sent there, pictures never; a run costs a few thousand tokens."
    )
    if key == "absent" and not address:
        st.warning(
            "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own (Ollama, llama.cpp, "
            "vLLM), in the environment or in .streamlit/secrets.toml, then start the app again."
        )
    return f"openai:{model.strip() or 'gpt-4o-mini'}"


def _choose_vlm() -> str:
    kind = st.selectbox("Vision-language model", [AUTO, OFFLINE_VLM, CLIP], key="data_vlm",
                        persist_state="session", bind="query-params")  # fmt: skip
    spec = {AUTO: "auto", OFFLINE_VLM: "offline"}.get(kind, "")
    if not spec:
        name = st.text_input("MODEL/WEIGHTS, or MODEL:FILE", "ViT-B-32/openai", key="data_clip",
                             persist_state="session", bind="query-params")  # fmt: skip
        spec = f"open_clip:{name.strip()}"
        note(
            "Needs its weights: a file on this machine, or one download of some hundred MB to "
            "several GB when the run is made. Pictures stay on this machine. Without a GPU it is "
            "slower than the offline model."
        )
    elif kind == OFFLINE_VLM:
        note("Works at once, costs nothing, nothing leaves this machine.")
    try:
        note(in_app_words(choice_sentence(spec)))
    except LaserError as error:
        st.error(escape_text(error))
    return spec


def choose_data_set(classes: list[str]) -> str:
    """The published set that the pool is said to be, as `--as`; "" to go by its classes."""
    told = published_set(classes)
    names = {"": f"{SETS[told]}, told by its classes" if told else "None of the paper's", **SETS}
    chosen = st.selectbox(
        "Which of the paper's data sets this is", list(names), format_func=names.__getitem__,
        key="data_as", persist_state="session", bind="query-params",
        help="It decides how many sentences a class gets and how large a batch is, as in the "
        "paper; both can be changed below.",
    )  # fmt: skip
    return str(chosen)


def choose_settings(
    pool_size: int, classes: int, usual_k: int, printed_k: int, usual_batch: int
) -> dict[str, Any]:
    """What `ExperimentConfig.of` takes beside pool, classes and models.

    Args:
        classes: how many are relevant.
        usual_k: sentences a class where nobody says otherwise.
        printed_k: the same with settings as printed in the paper.
        usual_batch: pictures a round where nobody says otherwise.
    """
    with st.expander("Settings of the loop", icon=":material/tune:"):
        a, b = st.columns(2)
        keep: dict[str, Any] = {"persist_state": "session", "bind": "query-params"}
        rounds = a.number_input("Rounds", 1, 1000, 10, key="data_rounds", **keep)
        batch = b.number_input("Batch size b", 1, max(1, pool_size), usual_batch,
                               key=f"data_batch_{pool_size}_{usual_batch}", **keep)  # fmt: skip
        sentences = a.number_input("Sentences a class (K)", 0, 30, usual_k,
                                   key=f"data_k_{usual_k}", **keep)  # fmt: skip
        confusers = b.number_input("Confusers in total (N)", 0, 500, 2 * max(1, classes),
                                   key=f"data_n_{classes}", **keep)  # fmt: skip
        strategy = a.selectbox("Strategy", list(STRATEGIES), key="data_strategy",
                               format_func=lambda name: STRATEGIES[name].title, **keep)  # fmt: skip
        learner = b.selectbox("Learner", ["head", "resnet18"], key="data_learner", **keep)
        epochs = a.number_input("Epochs (resnet18)", 1, 2000, 300, key="data_epochs",
                                disabled=learner == "head", **keep)  # fmt: skip
        seed = b.number_input("Seed", 0, 2**31 - 1, 0, key="data_seed", **keep)
        method = b.selectbox("Method", list(METHODS), key="data_method",
                             format_func=METHODS.__getitem__,
                             disabled=strategy != "laser", **keep,
                             help="As printed: raw fusion, linear δ, the mean penalty, N = 2R, "
                             "T = 0.5, K of the paper's sets (else 15), and a classifier that "
                             "knows labels alone.")  # fmt: skip
        limit = a.number_input("At most so many pool pictures a class (0: all)", 0, 10**6, 0,
                               key="data_limit", **keep)  # fmt: skip
    return {
        "rounds": int(rounds),
        "batch_size": int(batch),
        "descriptions": int(sentences),
        "confusers": int(confusers),
        "strategy": strategy,
        "learner": learner,
        "epochs": int(epochs),
        "seed": int(seed),
        "per_class": int(limit) or None,
        **(_as_printed(method, classes, printed_k) if strategy == "laser" else {}),
    }


def _as_printed(method: str, classes: int, k: int) -> dict[str, Any]:
    """What a method printed in the paper sets, which the page says; nothing for another one."""
    if method not in PAPER_PRESETS:
        return {}
    twice = 2 * max(1, classes)
    note(f"As printed: K = {k} and N = {twice}, whatever stands above.")
    return {**PAPER_PRESETS[method], "descriptions": k, "confusers": twice}
