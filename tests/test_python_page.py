"""docs/python.md names what there is."""

import ast
import re
from pathlib import Path

import laser_core

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_every_example_is_python():
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        ast.parse(block)


def test_every_name_of_the_engine_that_an_example_uses_exists():
    used = set(re.findall(r"\blaser\.([A-Za-z_]+)", "\n".join(BLOCKS)))
    assert used
    assert used - set(laser_core.__all__) == set()


def test_the_example_of_a_strategy_ranks_by_name():
    from laser_core.strategies import STRATEGIES

    code = BLOCKS[-1].partition("laser.run(")[0]
    space = {"laser": laser_core}
    try:
        exec(compile(code, "docs/python.md", "exec"), space)
        made = STRATEGIES["alphabetical"]
        import numpy as np

        view = type("View", (), {"unlabeled": np.array(["b", "c", "a"])})
        assert made().score(view, None).argsort()[::-1].tolist() == [2, 0, 1]
    finally:
        STRATEGIES.pop("alphabetical", None)
