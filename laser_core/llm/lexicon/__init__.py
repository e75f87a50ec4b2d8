"""WordNet's nouns as the package timm brings them, and grammar: what is a kind of what.
It may be read from anywhere above; it imports no model."""
