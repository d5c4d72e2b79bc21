#!/usr/bin/env python3
"""Compare a binary that runs k6 scripts with the recorded expectations.

    check.py --bin PATH [--area X[,Y]] [--filter S] [--jobs 2] [--diff] [--console-only]
    check.py --bin PATH --verdicts

Prints a pass count per area and finally 'N passed, M failed'; exit status 1 when any failed.
--verdicts instead prints one line a probe, for programs: 'area/name pass', 'area/name engine'
(only the engine's own messages differ) or 'area/name console' (something a script can rely on
differs); the exit status is then 0.
"""

import argparse
import difflib
import json
import os
import sys

import harness


def without_engine(result):
    return {k: v for k, v in result.items() if k != "engine"}


def verdict(want, got):
    """pass, engine or console: the least that differs."""
    if want == got:
        return "pass"
    return "engine" if without_engine(want) == without_engine(got) else "console"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", required=True)
    ap.add_argument("--area", help="only these areas, comma separated")
    ap.add_argument("--filter", help="only probes whose area/name contains this")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--diff", action="store_true", help="print a unified diff for each failure")
    ap.add_argument("--console-only", action="store_true",
                    help="compare what scripts logged, the exit status and files, not the engine's own messages")
    ap.add_argument("--list-failed", action="store_true", help="print the names of failed probes")
    ap.add_argument("--verdicts", action="store_true", help="print one verdict a probe instead of counts")
    args = ap.parse_args()
    binary = os.path.abspath(args.bin)
    probes = harness.load_probes(args.area, args.filter)
    known = [p for p in probes if os.path.exists(p.expected_path)]
    passed, total, failures, verdicts = {}, {}, [], {}

    def each(p, result):
        with open(p.expected_path, encoding="utf-8") as f:
            want = json.load(f)
        got = json.loads(harness.dump(result))
        for doc in (want, got):
            doc.pop("does", None)
        verdicts[p.id] = verdict(want, got)
        if args.console_only:
            want, got = without_engine(want), without_engine(got)
        total[p.area] = total.get(p.area, 0) + 1
        if got == want:
            passed[p.area] = passed.get(p.area, 0) + 1
        else:
            failures.append((p.id, want, got))

    with harness.Target() as target:
        harness.run_all(binary, known, target, args.jobs, each)
    for name, want, got in sorted(failures, key=lambda f: f[0]):
        if args.diff:
            print("".join(difflib.unified_diff(harness.dump(want).splitlines(1), harness.dump(got).splitlines(1),
                                               "expected/" + name, "got/" + name, n=1)))
        elif args.list_failed:
            print("FAILED " + name)
    if args.verdicts:
        for name in sorted(verdicts):
            print(name, verdicts[name])
        return 0
    for area in sorted(total):
        print("%-14s %3d/%d" % (area, passed.get(area, 0), total[area]))
    if len(known) < len(probes):
        print("%d probes have no record yet" % (len(probes) - len(known)))
    print("%d passed, %d failed" % (sum(passed.values()), len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
