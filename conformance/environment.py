"""Virtual environments from pinned requirements, for the conformance tests and for the peers of the benchmarks."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path


def ready_python(environment: Path, requirements: Path, before=lambda: None) -> Path:
    """The Python of an environment, which is made unless it is there already and was made from the same requirements.

    `before` is called before it is made. Raises OSError or CalledProcessError where that fails.
    """
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # Holds the requirements that the environment was completely made from.
    stamp = environment / "made-from.txt"
    if stamp.exists() and python.exists() and stamp.read_text() == requirements.read_text():
        return python
    before()
    shutil.rmtree(environment, ignore_errors=True)
    # The file lists every package, so nothing has to be resolved; bytecode is made for what is imported only.
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--retries", "2"]
    venv.create(environment, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", *options, "-r", requirements], check=True, stdout=sys.stderr)
    stamp.write_text(requirements.read_text())
    return python
