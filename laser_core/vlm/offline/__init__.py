"""The offline model: an image network and a sentence encoder that pip has installed.
It is never called CLIP; nothing here fetches anything."""
