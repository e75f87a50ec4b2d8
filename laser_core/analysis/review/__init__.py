"""What a person who labels should see together, or once more: near-duplicates, doubtful labels.
It reads and never writes, as all of the analysis."""
