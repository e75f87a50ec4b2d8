"""The Round page: the next batch, why these pictures, and what delta would change.
It imports no other page's room; rankings and reasons come from `laser_core.analysis`."""
