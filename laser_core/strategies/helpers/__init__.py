"""Arithmetic that several strategies share, on arrays alone: one topic a module, no strategy, no
state, no settings. Each may be changed as long as its tests hold, and may import what lies below
the strategies; it imports no strategy, no net and nothing of the engine's loop."""
