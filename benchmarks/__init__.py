"""One file a claim: `python -m benchmarks.NAME` prints the figure beside what was promised."""
