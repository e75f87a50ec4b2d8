"""Learners: what the detector and the classifier are trained with.

A new learner implements `base`; nothing here imports a strategy, a text or a run's folder.
"""

from __future__ import annotations

from laser_core.config import ExperimentConfig
from laser_core.nets.base import Learner
from laser_core.nets.head import Head


def make_learner(config: ExperimentConfig) -> Learner:
    """The learner that `config.learner` names."""
    if config.learner == "head":
        return Head()
    from laser_core.nets.device import choose_compute  # imports torch, which costs seconds
    from laser_core.nets.resnet import ResNet18

    return ResNet18(epochs=config.epochs, compute=choose_compute(config))
