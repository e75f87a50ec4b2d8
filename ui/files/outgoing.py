"""Files page, what goes out: tables at once, pictures and large files by a job."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.io.exports import FILES, FORMATS, csv_text, labels_table
from laser_core.jobs.client import JobState
from laser_core.llm.transcript import transcript_text
from laser_core.metrics.summary import rounds_csv
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.jobs import start_job
from ui.shared.runs import exports_folder, jobs
from ui.widgets.late_button import late_button

TOOLS = {
    "hugging_face": "Hugging Face",
    "label_studio": "Label Studio",
    "fiftyone": "FiftyOne",
}
LARGE = (
    ("embeddings", "Embeddings with map coordinates",
     "One row a picture, for Embedding Atlas, DuckDB or a notebook."),
    ("run", "The whole run",
     "Opens on another machine, on Home. No keys, paths or pictures in it."),
)  # fmt: skip


def show_label_export(run: RunReader) -> None:
    """Small files, made when they are asked for."""
    count = sum(run.store.labels.counts().values())
    st.subheader(f"Labels and rounds :gray[· {count:,} labeled]", anchor=False)
    files = (
        ("labels.csv", "text/csv", lambda: csv_text(labels_table(run.store))),
        ("labels.parquet", "application/vnd.apache.parquet",
         lambda: labels_table(run.store).to_parquet(index=False)),
        ("rounds.csv", "text/csv", lambda: rounds_csv(run.records())),
        ("transcript.jsonl", "application/jsonl",
         lambda: transcript_text(run.store.exchanges.all())),
    )  # fmt: skip
    with st.container(horizontal=True):
        for name, mime, made in files:
            st.download_button(
                name, made, f"{run.name}-{name}", mime, icon=":material/download:",
                on_click="ignore", key=f"files_{name}",
            )  # fmt: skip
    note(
        "The transcript is what the language model was asked and answered; on Data, “A saved "
        "transcript” answers from it."
    )


def show_picture_export(run: RunReader, job: JobState | None) -> None:
    """Labeled pictures in folders by class, on this machine."""
    st.subheader("Pictures in folders by class", anchor=False)
    tools = st.pills(
        "With the table of", list(FORMATS), selection_mode="multi", default=list(FORMATS),
        format_func=TOOLS.__getitem__, key="files_tools",
    )  # fmt: skip
    new = _new_folder(run)
    typed = st.text_input("Into the new folder", key="files_out", placeholder=str(new)).strip()
    link = st.toggle(
        "Link to the files instead of copying them", key="files_link",
        help="For pools that are a folder; the links are no use once it is moved.",
    )  # fmt: skip
    labels = run.store.labels.counts()
    params = {
        "folder": str(run.folder),
        "out": str(Path(typed).expanduser().resolve() if typed else new),
        "formats": tools,
        "link": link,
    }
    late_button(
        "Write the pictures", lambda: start_job(jobs(), "export_pictures", params),
        key="files_write", icon=":material/folder_copy:",
        disabled=_busy(job) or not labels.get("relevant", 0) + labels.get("irrelevant", 0),
        help="Relevant ones into a folder a class, irrelevant ones into irrelevant/<name>.",
    )  # fmt: skip
    done = _result(run, job, "export_pictures")
    if done is not None:
        st.success(f"{done['pictures']:,} pictures are in {escape_text(done['out'])}")


def _new_folder(run: RunReader) -> Path:
    base = exports_folder() / f"{run.name}-pictures"
    folder, number = base, 2
    while folder.exists():
        folder, number = base.with_name(f"{base.name}-{number}"), number + 1
    return folder


def show_large_files(run: RunReader, job: JobState | None) -> None:
    """Files that take a while: made by a job, then downloaded."""
    for what, title, about in LARGE:
        path = exports_folder() / f"{run.name}-{what}{FILES[what]}"
        params = {"folder": str(run.folder), "what": what, "out": str(path)}
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(title, anchor=False, width="stretch")
            st.button(
                "Make it anew" if path.exists() else "Make it", key=f"files_make {what}",
                disabled=_busy(job), on_click=start_job, args=(jobs(), "export_file", params),
            )  # fmt: skip
            if path.exists():
                size = path.stat().st_size / 1e6
                st.download_button(
                    f"{escape_text(path.name)} ({size:,.1f} MB)", path.read_bytes, path.name,
                    icon=":material/download:", on_click="ignore", key=f"files_get {what}",
                )  # fmt: skip
        note(about)


def _busy(job: JobState | None) -> bool:
    return job is not None and job.active


def _result(run: RunReader, job: JobState | None, kind: str) -> dict[str, object] | None:
    """What the newest job has brought, if it is of this kind and run, and done."""
    if job is None or job.kind != kind or job.status != "done":
        return None
    return jobs().result(job.id) if job.params.get("folder") == str(run.folder) else None
