"""Makes the virtual environment of a peer in Python, bench/peers/PEER/.venv-NAME, from what its requirements file pins.

    python3 bench/peers/setup.py keras jax

Prints the path of its Python. Does nothing if it is there already and was made from the same requirements.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

peer, name = sys.argv[1:]
folder = Path(__file__).resolve().parent / peer
requirements = folder / f"requirements-{name}.txt"
environment = folder / f".venv-{name}"
python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Holds the requirements that the environment was completely made from.
stamp = environment / "made-from.txt"

if not (stamp.exists() and python.exists() and stamp.read_text() == requirements.read_text()):
    shutil.rmtree(environment, ignore_errors=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--retries", "2"]
    try:
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", *options, "-r", requirements], check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"its environment could not be made ({error})")
    stamp.write_text(requirements.read_text())
print(python)
