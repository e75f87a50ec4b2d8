"""Learn: open-set active learning in eight cards over a real run."""

from ui.learn.page import show_learn

show_learn()
