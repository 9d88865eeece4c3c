"""What a script finds of its job."""

import json
import os
from pathlib import Path

input_dir = Path(os.environ["INPUT_DIR"])
output_dir = Path(os.environ["OUTPUT_DIR"])
parameters = os.environ.get("MAPS_SCRIPT_PARAMETERS", "")


def request():
    return json.loads(Path("/code/request.json").read_text(encoding="utf-8"))
