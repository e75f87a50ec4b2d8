"""Round: see the next query before it is asked, move delta, ask, train."""

from ui.frame import frame
from ui.state import current_run

frame("Round")
current_run()
