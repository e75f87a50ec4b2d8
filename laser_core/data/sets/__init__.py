"""Published image sets and the built-in demo pool, opened by name.
A new set is a new module here; none downloads anything before a person has asked for it."""
