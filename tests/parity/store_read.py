"""VoxArena trained on Python's store: it left the files alone, and its losses are those on its own store.

usage: store_read.py list FOLDER FILE           time stamps of Python's files, into FILE
       store_read.py compare FOLDER FILE OURS THEIRS   log.jsonl of the run on our store and on Python's
"""
import json
import sys
from pathlib import Path

from side_by_side import finish, load, row


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in sorted(Path(folder).iterdir()) if path.suffix in (".b2nd", ".pkl")}


def losses(log):
    return [json.loads(line)["loss"] for line in Path(log).read_text().splitlines()]


def main():
    command, folder, file = sys.argv[1:4]
    if command == "list":
        Path(file).write_text(json.dumps(stamps(folder)))
        return
    before, after = load(file), stamps(folder)
    touched = sum(after.get(name) != stamp for name, stamp in before.items())
    row(f"we read Python's store, {len(before)} files", "none written anew", f"{touched} written anew", touched == 0)
    ours, theirs = losses(sys.argv[4]), losses(sys.argv[5])
    worst = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    row(f"our training on Python's store and on ours, {len(ours)} epochs", "losses ≤ 1e-3 apart", f"{worst:.1e}", worst <= 1e-3)
    finish()


if __name__ == "__main__":
    main()
