"""The set-up helper: which words find a new domain's pictures best, tried on the open pool.
It compares and recommends, and writes nothing; `laser_core.jobs.tasks.setup` runs and keeps it."""
