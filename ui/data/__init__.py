"""The Data page: pool, classes, models, method. It imports no other page's room.
What a choice means is decided in the engine; here it is asked for."""
