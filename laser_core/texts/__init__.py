"""The sentences in use, their edits and warnings, and their cosines with the images.
What Eq. (1) reads is made here; nothing here imports a net, a strategy or a run's folder."""
