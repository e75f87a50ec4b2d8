"""What a run is measured by: the paper's figures, their intervals, and the lines that sum up a run.
Pure functions; they import no strategy, no net and no store."""
