"""The Charts page: figures of the rounds and of the sentences.
It imports no other page's room and computes no figure."""
