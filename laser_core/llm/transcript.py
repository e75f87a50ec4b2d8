"""Transcripts: each question and answer of a run as a JSON line, and a model to replay them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from laser_core.errors import LLMError
from laser_core.llm.base import TASKS, Exchange, Task
from laser_core.llm.prompted_model import CUT_OFF, Completion, PromptedModel
from laser_core.llm.prompts import PromptTemplate


def write_transcript(path: Path, exchanges: Iterable[Exchange]) -> None:
    """Write one JSON object a line, UTF-8, oldest first; an existing file is replaced.

    Raises:
        LLMError: the file cannot be written.
    """
    text = transcript_text(exchanges)
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise LLMError(f"the transcript {path} cannot be written: {error.strerror}") from error


def transcript_text(exchanges: Iterable[Exchange]) -> str:
    """What `write_transcript` writes."""
    lines = [json.dumps(asdict(exchange), ensure_ascii=False) for exchange in exchanges]
    return "".join(f"{line}\n" for line in lines)


def read_transcript(path: Path) -> list[Exchange]:
    """The exchanges that `write_transcript` wrote; empty lines are skipped.

    Only `task` and `reply` are required, so that a transcript can be written by hand.

    Raises:
        LLMError: there is no such file, or a line is no exchange.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise LLMError(f"the transcript {path} cannot be read: {reason}") from error
    lines = enumerate(text.split("\n"), start=1)
    return [_exchange(line, f"{path}, line {number}") for number, line in lines if line.strip()]


def _exchange(line: str, where: str) -> Exchange:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise LLMError(f"{where} is no JSON object; a transcript has one exchange a line")
    if record.get("task") not in TASKS or not isinstance(record.get("reply"), str):
        raise LLMError(f"{where} needs a reply and a task, one of: {', '.join(TASKS)}")
    numbers: dict[str, Any] = {
        name: record[name]
        for name in ("tokens_in", "tokens_out", "seconds")
        if isinstance(record.get(name), (int, float))
    }
    parameters = record.get("parameters")
    return Exchange(
        task=record["task"],
        model=str(record.get("model", "")),
        prompt=str(record.get("prompt", "")),
        reply=record["reply"],
        parameters=parameters if isinstance(parameters, dict) else {},
        **numbers,
    )


class ReplayedModel(PromptedModel):
    """Answers from a transcript, without a network: for demos, tests and repeated runs.

    A question is answered by the exchange with the same task and prompt; if there is none (the
    prompt was edited since, or a class added), by the next unused exchange of the task.

    Args:
        path: the transcript.
        templates: as for `PromptedModel`.

    Raises:
        LLMError: the transcript cannot be read or is empty.
    """

    kind = "replay"

    def __init__(self, path: Path, templates: Mapping[Task, PromptTemplate] | None = None) -> None:
        super().__init__(templates)
        self.path = path
        self.name = f"replay of {path.name}"
        self._exchanges = read_transcript(path)
        self._used: set[int] = set()
        if not self._exchanges:
            raise LLMError(f"the transcript {path} is empty; it has no answer to replay")

    def complete(self, task: Task, prompt: str, form: type[BaseModel]) -> Completion:
        """The recorded reply, with its tokens counted as 0: nothing was paid this time.

        Raises:
            LLMError: the transcript has no further answer for `task`.
        """
        place = self._place_of(task, prompt)
        self._used.add(place)
        recorded = self._exchanges[place]
        cut = recorded.parameters.get("finish") == CUT_OFF
        return Completion(recorded.reply, parameters={"recorded_from": recorded.model}, cut=cut)

    def _place_of(self, task: Task, prompt: str) -> int:
        of_task = [n for n, exchange in enumerate(self._exchanges) if exchange.task == task]
        same = [n for n in of_task if self._exchanges[n].prompt == prompt]
        unused = [n for n in of_task if n not in self._used]
        for place in [*(n for n in same if n not in self._used), *same, *unused]:
            return place
        raise LLMError(
            f"the transcript {self.path} has {len(of_task)} answer(s) for {task!r} and all are "
            f"used; record a longer one, or use another --llm"
        )
