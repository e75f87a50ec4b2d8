"""Whole runs from start to end, and studies: many of them side by side, as parts over cells.
It drives experiments and reads their records; it computes no score itself."""
