#!/usr/bin/env python3
"""Compare a binary that runs Artillery scripts with the recorded expectations.

    check.py --bin CMD [--area X[,Y]] [--filter S] [--jobs 4] [--diff] [--list-failed]
             [--template '{bin} run -o {report} {flags} {file}'] [--only PART[,PART]] [--skip PART[,PART]]
             [--verdicts]

PART is one of exit_code, log, received, report, gaps, connections.  Prints a pass count per area and
finally 'N passed, M failed'; exit status 1 when any failed.
"""

import argparse
import difflib
import json
import os
import sys

import harness


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", required=True, help="the command; may hold several words")
    ap.add_argument("--template", default=harness.TEMPLATE_TOOL, help="how it is called (default: %(default)s)")
    ap.add_argument("--area", help="only these areas, comma separated")
    ap.add_argument("--filter", help="only probes whose area/name contains this")
    ap.add_argument("--jobs", type=int, default=4)
    ap.add_argument("--diff", action="store_true", help="print a unified diff for each failure")
    ap.add_argument("--list-failed", action="store_true", help="print the names of failed probes")
    ap.add_argument("--verdicts", action="store_true", help="print `area/name pass` or `fail`, and exit with 0")
    ap.add_argument("--only", help="compare these parts alone")
    ap.add_argument("--skip", help="leave these parts out")
    args = ap.parse_args()
    command = args.bin
    if os.path.sep in command and os.path.exists(command):
        command = os.path.abspath(command)
    probes = harness.load_probes(args.area, args.filter)
    known = [p for p in probes if os.path.exists(p.expected_path)]
    passed, total, failures = {}, {}, []

    def each(p, result):
        with open(p.expected_path, encoding="utf-8") as f:
            want = json.load(f)
        got = json.loads(harness.dump(result))
        for doc in (want, got):
            doc.pop("does", None)
            for key in list(doc):
                if (args.only and key not in args.only.split(",")) or (args.skip and key in args.skip.split(",")):
                    doc.pop(key)
        total[p.area] = total.get(p.area, 0) + 1
        if args.verdicts:
            print("%s %s" % (p.id, "pass" if got == want else "fail"))
        if got == want:
            passed[p.area] = passed.get(p.area, 0) + 1
        else:
            failures.append((p.id, want, got))

    harness.run_all(command, args.template, known, args.jobs, each)
    for name, want, got in sorted(failures, key=lambda f: f[0]):
        if args.diff:
            print("".join(difflib.unified_diff(harness.dump(want).splitlines(1), harness.dump(got).splitlines(1),
                                               "expected/" + name, "got/" + name, n=1)))
        elif args.list_failed:
            print("FAILED " + name)
    for area in sorted(total):
        print("%-14s %3d/%d" % (area, passed.get(area, 0), total[area]))
    if len(known) < len(probes):
        print("%d probes have no record" % (len(probes) - len(known)))
    print("%d passed, %d failed" % (sum(passed.values()), len(failures)))
    return 1 if failures and not args.verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
