"""What the lesson's eight cards say of a run: each card's figures as a pure function of the run.
It reads and never writes, with NumPy alone; what needs a trained classifier is made by
`laser_core.studies.lesson` and read here. The words around the figures stand in `ui.learn`."""
