"""A run's results as files that other tools read, and whole runs to be opened elsewhere.

Every file is written beside and renamed; a new format is a new module here. Nothing here changes
a run.
"""

from laser_core.io.exports.bundle import bundle_run, open_bundle
from laser_core.io.exports.embeddings import write_embeddings
from laser_core.io.exports.folders import FORMATS, export_pictures
from laser_core.io.exports.large_files import FILES, export_file
from laser_core.io.exports.pictures import PlacedPicture, place_pictures
from laser_core.io.exports.tables import LABEL_COLUMNS, csv_text, export_run, labels_table
from laser_core.io.exports.tools import write_fiftyone, write_hugging_face, write_label_studio

__all__ = [
    "FILES",
    "FORMATS",
    "LABEL_COLUMNS",
    "PlacedPicture",
    "bundle_run",
    "csv_text",
    "export_file",
    "export_pictures",
    "export_run",
    "labels_table",
    "open_bundle",
    "place_pictures",
    "write_embeddings",
    "write_fiftyone",
    "write_hugging_face",
    "write_label_studio",
]
