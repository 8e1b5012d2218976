"""The other half of tests/plugins/sam/sam2/released_models_test.cpp: a released model of the package sam2 at 1024 pixels, with weights
that come from a formula.

usage: sam2_outputs.py MODEL VERSION FILE
Writes what tests/golden/sam2/make.py writes of the micro model. Exit status 77: sam2 is missing.
"""
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent.parent / "golden" / "sam2"))
try:
    from make import outputs
except ImportError as error:
    print(error)
    sys.exit(77)

model, version, file = sys.argv[1:]
Path(file).write_text(json.dumps(outputs(model, version)))
