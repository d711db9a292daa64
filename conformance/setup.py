"""Makes the virtual environment of the conformance tests: conformance/.venv, with what requirements.txt pins.

Prints the path of its Python. Does nothing if the environment is there already and was made from the same requirements.
Run by `npm run conformance`; by hand: python3 conformance/setup.py
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

here = Path(__file__).resolve().parent
requirements = here / "requirements.txt"
environment = here / ".venv"
python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Holds the requirements that the environment was completely made from.
stamp = environment / "made-from.txt"


def is_ready() -> bool:
    return stamp.exists() and python.exists() and stamp.read_text() == requirements.read_text()


def make() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Expected Python 3.11 or newer, which the pinned packages need; this is {sys.version.split()[0]}.")
    print("Making conformance/.venv: about 300 MB are downloaded, once.", file=sys.stderr, flush=True)
    shutil.rmtree(environment, ignore_errors=True)
    venv.create(environment, with_pip=True)
    # The file lists every package, so nothing has to be resolved; bytecode is made for what is imported only.
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    subprocess.run([python, "-m", "pip", "install", *options, "-r", requirements], check=True, stdout=sys.stderr)
    stamp.write_text(requirements.read_text())


if __name__ == "__main__":
    if not is_ready():
        make()
    print(python)
