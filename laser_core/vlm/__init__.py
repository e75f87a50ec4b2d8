"""Vision-language models behind one interface, and their vectors kept on disk.
A new model implements `base`; nothing here imports a language model, a text in use or a run."""
