"""What the comparisons of scripts/bench.sh share: peers that take turns, and the row that comes of it."""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

THREADS = "2"


def arguments(description, *positional):
    """--rounds, --quick and the named positional arguments."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in positional:
        parser.add_argument(name)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="smaller, for a first impression")
    return parser.parse_args()


def command_of_python(name):
    """nnU-Net's command beside the interpreter that runs this script."""
    return str(Path(sys.executable).parent / name)


def seconds_of(*commands, **variables):
    """Of commands one after another; their output is shown only if one fails."""
    start = time.perf_counter()
    for command in commands:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **variables})
        if done.returncode:
            sys.exit(f"{command}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
    return time.perf_counter() - start


def measured(command, **variables):
    """The line of JSON with which a program ends that measures itself."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **variables})
    if done.returncode:
        sys.exit(f"{command}\n{done.stderr[-1500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def print_measured(start, cpu_start):
    """That line, of this process: what perf/measure.h writes."""
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu_start,
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def take_turns(rounds, python, voxarena):
    """Results of `rounds` calls of both."""
    pairs = []
    for number in range(rounds):
        pairs.append((python(), voxarena()))
        print(f"round {number + 1}: {pairs[-1]}", file=sys.stderr)
    return zip(*pairs)


def row(what, unit, python, voxarena, wanted, digits=2):
    """Medians with ranges, and their ratio; `wanted` is its lower bound. To the file BENCH_TABLE if that is set."""
    def text(values):
        return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f}) {unit}"
    ratio = statistics.median(python) / statistics.median(voxarena)
    line = f"| {what} | {text(python)} | {text(voxarena)} | {ratio:.1f} | ≥ {wanted:g} | {'reached' if ratio >= wanted else '**short**'} |"
    print(line)
    if "BENCH_TABLE" in os.environ:
        with open(os.environ["BENCH_TABLE"], "a") as table:
            print(line, file=table)
