"""The Files page: what goes out and what comes in.
It imports no other page's room; the work is done by `laser_core.io`."""
