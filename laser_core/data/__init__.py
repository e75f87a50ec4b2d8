"""Where images come from: folders, zips, tables and published sets, all behind `ImageSource`.
A new source is a new module here; nothing here imports a model, a text or a run."""
