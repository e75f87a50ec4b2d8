"""The offline semantic reasoner: confusers and sentences from a lexicon, without any server.
It is never called an LLM; it uses the lexicon and the offline sentence encoder alone."""
