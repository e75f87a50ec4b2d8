"""One run: its plan, the materials it works with, and Algorithm 1 round by round.
`Experiment` alone changes a run; nothing here imports what pages ask or what is exported."""
