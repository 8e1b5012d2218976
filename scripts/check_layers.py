#!/usr/bin/env python3
"""Holds the rules of the house that a compiler does not: includes, file length, a README a folder.

    scripts/check_layers.py [ROOT]

Includes only go down: cli > benchmark > training, inference, evaluation > preprocessing > framework < plugins;
inside framework: core < pickle < data, weights, plan, nn < plugin, and data < plan.
Prints one line per offence and exits 1 if there is any.
"""
import re
import sys
from pathlib import Path

LEAVES = ["data", "weights", "plan", "nn"]
FRAMEWORK = ["core", "pickle", *LEAVES, "plugin"]
STAGES = ["preprocessing", "training", "inference", "evaluation", "benchmark", "cli"]
FREE = ["tests", "perf"]  # may include anything
CODE = ["framework", *STAGES, "plugins", "tests", "perf", "examples"]
TOP_FOLDERS = [*CODE, "cmake", "scripts"]

# room -> rooms it may include besides itself
MAY_INCLUDE = {"core": set(), "pickle": {"core"}, "plugin": set(FRAMEWORK)}
MAY_INCLUDE.update({leaf: {"core"} for leaf in LEAVES})
for reader in ["data", "weights"]:  # cases' properties, files of torch.save
    MAY_INCLUDE[reader].add("pickle")
MAY_INCLUDE["plan"].add("data")  # a plan speaks of shapes and spacings; data knows no plan
MAY_INCLUDE["preprocessing"] = set(FRAMEWORK)
for stage in ["training", "inference", "evaluation"]:
    MAY_INCLUDE[stage] = {*FRAMEWORK, "preprocessing"}
MAY_INCLUDE["benchmark"] = {*FRAMEWORK, *STAGES[:4]}
MAY_INCLUDE["cli"] = {*FRAMEWORK, *STAGES[:5]}
SHARED_PLUGIN_CODE = "plugins/sam"  # a library
MAY_INCLUDE["cli"].add(SHARED_PLUGIN_CODE)

# Umbrella headers that cost 20 seconds a file.
HEAVY_ANYWHERE = {"torch/torch.h", "torch/all.h"}
HEAVY_IN_HEADERS = {"torch/nn.h"}

MAX_LINES = 600
LENGTH_SUFFIXES = {".h", ".cpp", ".cmake", ".py", ".sh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def room_of(path):
    """The room that a file (relative to the root) belongs to; None where anything may be included."""
    parts = path.parts
    if parts[0] == "framework":
        return parts[1] if len(parts) > 2 else "core"
    if parts[0] == "plugins":
        return "/".join(parts[:2]) if len(parts) > 2 else "plugins"
    if parts[0] == "examples":
        return "/".join(parts[:-1])
    return None if parts[0] in FREE else parts[0]


def target_of(spelling, quoted, path, root):
    """The room that an include leads to; None for a third-party header."""
    parts = spelling.split("/")
    if quoted and (root / path.parent / spelling).is_file():
        return room_of(Path(path.parent) / spelling) or "/".join(parts[:-1])
    if parts[0] == "voxarena":
        return parts[1] if len(parts) > 2 else "core"
    if parts[0] in ("plugins", "examples"):
        return room_of(Path(spelling))
    return parts[0] if parts[0] in [*STAGES, *FREE, "framework"] else None


def allowed(room, target):
    if target == room:
        return True
    if room.startswith(("plugins", "examples")):
        return target in FRAMEWORK or (room.startswith("plugins") and target == SHARED_PLUGIN_CODE)
    return target in MAY_INCLUDE.get(room, set())


def check_includes(root, path, lines):
    room = room_of(path)
    if path.parts[0] == "framework" and room not in FRAMEWORK:
        yield f"{path}: unknown framework room '{room}' (one of {', '.join(FRAMEWORK)})"
        return
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        spelling = match[2]
        where = f"{path}:{number}: "
        if spelling in HEAVY_ANYWHERE:
            yield f"{where}<{spelling}> costs 20 s of compile time; include the parts that are used"
        elif spelling in HEAVY_IN_HEADERS and path.suffix == ".h":
            yield f"{where}<{spelling}> belongs into sources; a header includes the modules it names"
        elif spelling.startswith("../") or "/../" in spelling:
            yield f'{where}"{spelling}": spell the path from the root, without ..'
        elif spelling.startswith("framework/"):
            yield f'{where}"{spelling}" is spelled "voxarena/{spelling[len("framework/"):]}"'
        elif room is not None:
            target = target_of(spelling, match[1] == '"', path, root)
            if target is not None and not allowed(room, target):
                yield f"{where}{room} may not include {target} ({spelling})"


def check_readmes(root, files):
    folders = {Path(f.parts[0]) for f in files}
    for file in files:
        if file.suffix in (".h", ".cpp") and file.parts[0] != "tests":
            folders.add(file.parent)
    for folder in sorted(folders):
        if not (root / folder / "README.md").is_file():
            yield f"{folder}/: README.md is missing (a paragraph: what lives here, what may not)"


def is_output(name):
    return name[0] == "." or name in ("build", "__pycache__")


def check_tree(root):
    """All offences in a source tree, as lines of text."""
    root = Path(root)
    files = sorted(
        file.relative_to(root)
        for top in TOP_FOLDERS
        for file in (root / top).rglob("*")
        if file.is_file() and not any(is_output(p) for p in file.relative_to(root).parts)
    )
    offences = []
    for path in files:
        if path.suffix not in LENGTH_SUFFIXES:
            continue
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
        if len(lines) > MAX_LINES:
            offences.append(f"{path}: {len(lines)} lines, more than {MAX_LINES}; split it")
        if path.suffix in (".h", ".cpp"):
            offences += check_includes(root, path, lines)
    return [*offences, *check_readmes(root, files)], len(files)


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    offences, count = check_tree(root)
    if count == 0:
        offences = [f"{root}: no source files found"]
    for offence in offences:
        print(offence)
    print(f"layers: {count} files, {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
