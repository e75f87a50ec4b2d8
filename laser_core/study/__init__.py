"""Whole runs from start to end, and several side by side.
It drives experiments and reads their records; it computes no score and no figure itself."""
