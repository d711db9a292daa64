"""Makes the virtual environment of a peer in Python, bench/peers/PEER/.venv-NAME, from what its requirements file pins.

    python3 bench/peers/setup.py keras jax

Prints the path of its Python. Does nothing if it is there already and was made from the same requirements.
"""

import sys
from pathlib import Path
from subprocess import CalledProcessError

peers = Path(__file__).resolve().parent
sys.path.append(str(peers.parents[1] / "conformance"))

from environment import ready_python  # noqa: E402

peer, name = sys.argv[1:]
folder = peers / peer
try:
    print(ready_python(folder / f".venv-{name}", folder / f"requirements-{name}.txt"))
except (OSError, CalledProcessError) as error:
    sys.exit(f"its environment could not be made ({error})")
