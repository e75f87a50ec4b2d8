"""A model's reply read into classes and sentences, whatever shape it came in.
New shapes are handled here; replies are data and are never run."""
