"""`python -m tests.fuzz [NAME ...] --count 500 --seed 1 --only 17`: fuzz by hand, for long."""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.harness import run, targets


def main() -> int:
    """Run the targets that are named, or all; 1 if any case was a fault."""
    known = targets()
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar=", ".join(known))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="the number of one case")
    given, faults = parser.parse_args(), 0
    for name in given.names or known:
        alone = given.only is not None
        report = run(
            known[name], 1 if alone else given.count, given.seed, given.only if alone else 0
        )
        faults += len(report.faults)
        words = ", ".join(f"{word}: {n}" for word, n in report.outcomes.most_common())
        print(f"{name}: {len(report.faults)} faults; {words}")
        for number, fault in report.faults[:10]:
            print(f"--- {name} case {number}, seed {given.seed}\n{fault}")
    return min(1, faults)


if __name__ == "__main__":
    sys.exit(main())
