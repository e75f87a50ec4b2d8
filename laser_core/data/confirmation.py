"""Settings of a run that came from another machine: not used before a person has confirmed them.

A run's zip says where its pictures lay and which models it used. Followed here, that could read
any folder of this machine, download gigabytes or send names to a server. So such a setting is kept
with `MARK` before it, and whoever would use it is told what to do instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from laser_core.config import ExperimentConfig
from laser_core.data.sets.demo import DEMO_POOLS
from laser_core.errors import ConfigError

MARK = "elsewhere:"
_WHAT = {"pool": "pictures", "llm": "language model", "vlm": "vision-language model"}


@dataclass(frozen=True)
class UnconfirmedSetting:
    """One setting that nobody has confirmed yet.

    Args:
        field: "pool", "llm" or "vlm".
        spec: its value on the other machine.
        effect: what using it would do, as the end of a sentence.
    """

    field: str
    spec: str
    effect: str

    def sentence(self) -> str:
        """What it is, what it was, and what using it would do."""
        return f"its {_WHAT[self.field]}: {self.spec!r}, which {self.effect}"


def mark_unconfirmed(config: ExperimentConfig) -> ExperimentConfig:
    """`config` of another machine, with `MARK` before all that is not a part of this program."""
    config = without_marks(config)
    pool = config.pool if config.pool in DEMO_POOLS else MARK + config.pool
    llm = config.llm if config.llm == "offline" else MARK + config.llm
    vlm = config.vlm if config.vlm in ("offline", "auto") else MARK + config.vlm
    return replace(config, pool=pool, llm=llm, vlm=vlm, data_root=None)


def without_marks(config: ExperimentConfig) -> ExperimentConfig:
    """`config` with every `MARK` removed."""
    fields = {name: getattr(config, name).removeprefix(MARK) for name in _WHAT}
    return replace(config, **fields)


def unconfirmed_settings(config: ExperimentConfig) -> list[UnconfirmedSetting]:
    """The settings of a run that nobody has confirmed yet: the pool first."""
    found = []
    for name in _WHAT:
        spec = str(getattr(config, name))
        if spec.startswith(MARK):
            spec = spec.removeprefix(MARK)
            found.append(UnconfirmedSetting(name, spec, _effect(name, spec)))
    return found


def confirm(
    config: ExperimentConfig, pool: str | None, models: bool, data_root: str | None = None
) -> ExperimentConfig:
    """`config` with the settings that a person has confirmed.

    Args:
        pool: where the pictures lie here; None leaves that open.
        models: whether the models of the run may be used; False leaves that open.
    """
    if pool is not None:
        config = replace(config, pool=pool, data_root=data_root)
    if models:
        bare = without_marks(config)
        config = replace(config, llm=bare.llm, vlm=bare.vlm)
    return config


def require_confirmed(field: str, spec: str) -> None:
    """Refuse a setting that still has its mark.

    Raises:
        ConfigError: it has; the message says how to confirm it.
    """
    if spec.startswith(MARK):
        there = spec.removeprefix(MARK)
        raise ConfigError(
            f"this run came from elsewhere, where its {_WHAT[field]} was {there!r}: say what to "
            "use here on its page in the app, or with python -m laser_core adopt RUN --pool WHERE "
            "--models"
        )


def _effect(field: str, spec: str) -> str:
    if field == "pool":
        return "is a place on another machine, or a data set that would be downloaded"
    if field == "vlm":
        return "would be downloaded if it is not here"
    if spec.startswith("openai"):
        return "sends names of classes to a server"
    return "reads a file of this machine"
