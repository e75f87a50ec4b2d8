"""Language models behind one interface: endpoint, pasted replies, transcripts, offline reasoner.
A new one implements `base`; nothing here imports an image, a text in use or a run."""
