"""What several pages use: the frame, the open run, jobs, plots, explanations, remembered choices.
It may use widgets; it imports no page's room."""
