"""Cells of a table whatever its format: CSV, Parquet, JSON lines and their like.
Formats may be added; nothing here knows what a column means."""
