"""Fuzzing what comes from elsewhere: thousands of slightly wrong inputs, bounded and seeded.

A file `fuzz_*.py` in this folder offers `TARGETS`, each a `Target` of `tests.fuzz.harness`; pytest
runs a few cases of every one, `python -m tests.fuzz [NAME ...] --count 500 --seed 1` as many as
are wanted. `tests.fuzz.mutate` has the ways to spoil bytes, text and JSON that all of them share.
"""
