"""The lesson's cards, a module each: what is shown, the one thing to do, and what it comes to.
A card shows and asks; it computes no figure and stores nothing but guesses of this session."""
