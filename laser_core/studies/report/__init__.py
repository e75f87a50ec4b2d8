"""What a study has come to: results read from its runs, tables of them, and the page with charts.
It reads and writes texts; it runs nothing, and every statistic comes from `laser_core.metrics`."""
