"""What leaves a run and what comes into one: exports, label files, runs from elsewhere.
What comes in is data that somebody else wrote; it is looked at before anything is written."""
