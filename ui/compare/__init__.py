"""The Compare page: runs side by side, and a run again with other settings.
It imports no other page's room and computes no figure."""
