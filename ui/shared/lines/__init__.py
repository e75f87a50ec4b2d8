"""Lines of several strategies or settings in one figure, each with its name at its end.
It draws what it is given and computes no figure; it imports no page's room."""
