#!/usr/bin/env python3
"""Compare a tool that runs JMX plans with the recorded expectations.

    check.py --bin CMD [--verdicts] [--skip FILE] [--template '{bin} run -l {jtl} {jflags} {file}'] [--area X[,Y]] [--filter S] [--diff] [--jobs 2]

Prints a pass count per area and finally 'N passed, M failed'; exit status 1 when any failed.
"""

import argparse
import difflib
import json
import os
import sys

import harness

DEFAULT = "{bin} run -l {jtl} {jflags} {file}"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", default="")
    ap.add_argument("--template", default=DEFAULT, help="placeholders: {bin} {jtl} {log} {jflags} {file}")
    ap.add_argument("--area", help="only these areas, comma separated")
    ap.add_argument("--filter", help="only probes whose area/name contains this")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--diff", action="store_true", help="print a unified diff for each failure")
    ap.add_argument("--list-failed", action="store_true", help="print the names of failed probes")
    ap.add_argument("--verdicts", action="store_true", help="print `area/name pass` or `fail`, and exit with 0")
    ap.add_argument("--skip", help="leave out the probes that this file lists")
    ap.add_argument("--ignore", default="", help="row columns not to compare, comma separated (e.g. bytes,failureMessage)")
    args = ap.parse_args()
    if not args.bin and "{bin}" in args.template:
        ap.error("--bin is needed")
    binary = os.path.abspath(args.bin) if os.path.exists(args.bin) else args.bin
    probes = harness.load_probes(args.area, args.filter)
    if args.skip:
        with open(args.skip, encoding="utf-8") as f:
            left_out = {line.split()[0] for line in f if line.strip() and not line.startswith("#")}
        probes = [p for p in probes if p["id"] not in left_out]
    known = [p for p in probes if os.path.exists(p["expected"])]
    ignore = [c for c in args.ignore.split(",") if c]
    passed, total, failures = {}, {}, []

    def strip(doc):
        doc.pop("does", None)
        if isinstance(doc.get("rows"), list):
            for row in doc["rows"]:
                for c in ignore:
                    row.pop(c, None)
        return doc

    def each(p, outcome):
        with open(p["expected"], encoding="utf-8") as f:
            want = strip(json.load(f))
        got = strip(json.loads(harness.dump(outcome[0])))
        total[p["area"]] = total.get(p["area"], 0) + 1
        if args.verdicts:
            print("%s %s" % (p["id"], "pass" if got == want else "fail"))
        if got == want:
            passed[p["area"]] = passed.get(p["area"], 0) + 1
        else:
            failures.append((p["id"], want, got))

    harness.run_all(args.template, binary, known, args.jobs, each)
    for name, want, got in sorted(failures, key=lambda f: f[0]):
        if args.diff:
            print("".join(difflib.unified_diff(harness.dump(want).splitlines(1), harness.dump(got).splitlines(1),
                                               "expected/" + name, "got/" + name, n=2)))
        elif args.list_failed:
            print("FAILED " + name)
    for area in sorted(total):
        print("%-14s %3d/%d" % (area, passed.get(area, 0), total[area]))
    if len(known) < len(probes):
        print("%d probes have no record yet" % (len(probes) - len(known)))
    print("%d passed, %d failed" % (sum(passed.values()), len(failures)))
    return 1 if failures and not args.verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
