"""The home page: open a run, bring back a damaged one, lead on to the next step.
It imports no other page's room."""
