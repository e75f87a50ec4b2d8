"""A run's folder: its SQLite file, the log of labels, kept arrays, backups.
The truth about a run; a change here needs a change of the schema's version or none at all."""
