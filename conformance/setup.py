"""Makes a virtual environment of the conformance tests with what its requirements file pins.

    python3 conformance/setup.py          # conformance/.venv from requirements.txt: the newest Keras
    python3 conformance/setup.py 2.15     # conformance/.venv-2.15 from requirements-2.15.txt: Keras 2.15
    python3 conformance/setup.py 3.0      # conformance/.venv-3.0 from requirements-3.0.txt: Keras 3.0
    python3 conformance/setup.py tensorboard   # conformance/.venv-tensorboard from requirements-tensorboard.txt: TensorBoard
    python3 conformance/setup.py onnx     # conformance/.venv-onnx from requirements-onnx.txt: ONNX and onnxruntime

Prints the path of its Python. Does nothing if the environment is there already and was made from the same requirements.
Run by `npm run conformance`.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

here = Path(__file__).resolve().parent
# The Pythons for which the wheels of each version exist.
pythons = {"": ((3, 11), (3, 14)), "-3.0": ((3, 9), (3, 13)), "-2.15": ((3, 9), (3, 12)), "-tensorboard": ((3, 11), (3, 14)), "-onnx": ((3, 11), (3, 14))}
suffix = "".join(f"-{version}" for version in sys.argv[1:])
requirements = here / f"requirements{suffix}.txt"
environment = here / f".venv{suffix}"
python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Holds the requirements that the environment was completely made from.
stamp = environment / "made-from.txt"


def is_ready() -> bool:
    return stamp.exists() and python.exists() and stamp.read_text() == requirements.read_text()


def make() -> None:
    oldest, first_unknown = pythons[suffix]
    if not oldest <= sys.version_info < first_unknown:
        wanted = f"Python {oldest[0]}.{oldest[1]} or newer, below {first_unknown[0]}.{first_unknown[1]}"
        sys.exit(f"Expected {wanted}, which {requirements.name} needs; this is {sys.version.split()[0]}.")
    print(f"Making conformance/{environment.name}: up to 300 MB are downloaded, once.", file=sys.stderr, flush=True)
    shutil.rmtree(environment, ignore_errors=True)
    # The file lists every package, so nothing has to be resolved; bytecode is made for what is imported only.
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--retries", "2"]
    try:
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", *options, "-r", requirements], check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"conformance/{environment.name} could not be made, for want of venv, network or space: {error}")
    stamp.write_text(requirements.read_text())


if __name__ == "__main__":
    if not is_ready():
        make()
    print(python)
