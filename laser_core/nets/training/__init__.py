"""How an objective is minimised: which outputs a net has, a linear head, heads on a trunk, passes
with dropout, snapshots. Learners call it; it may change with them, and imports no strategy."""
