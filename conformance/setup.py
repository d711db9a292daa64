"""Makes a virtual environment of the conformance tests with what its requirements file pins.

    python3 conformance/setup.py          # conformance/.venv from requirements.txt: the newest Keras
    python3 conformance/setup.py 2.15     # conformance/.venv-2.15 from requirements-2.15.txt: Keras 2.15
    python3 conformance/setup.py 3.0      # conformance/.venv-3.0 from requirements-3.0.txt: Keras 3.0
    python3 conformance/setup.py tensorboard   # conformance/.venv-tensorboard from requirements-tensorboard.txt: TensorBoard
    python3 conformance/setup.py onnx     # conformance/.venv-onnx from requirements-onnx.txt: ONNX and onnxruntime

Prints the path of its Python. Does nothing if the environment is there already and was made from the same requirements.
Run by `npm run conformance`.
"""

import sys
from pathlib import Path
from subprocess import CalledProcessError

from environment import ready_python

here = Path(__file__).resolve().parent
# The Pythons for which the wheels of each version exist.
pythons = {
    "": ((3, 11), (3, 14)),
    "-3.0": ((3, 9), (3, 13)),
    "-2.15": ((3, 9), (3, 12)),
    "-tensorboard": ((3, 11), (3, 14)),
    "-onnx": ((3, 11), (3, 14)),
}


def main() -> None:
    suffix = "".join(f"-{version}" for version in sys.argv[1:])
    requirements = here / f"requirements{suffix}.txt"
    environment = here / f".venv{suffix}"

    def check_python() -> None:
        oldest, first_unknown = pythons[suffix]
        if not oldest <= sys.version_info < first_unknown:
            wanted = f"Python {oldest[0]}.{oldest[1]} or newer, below {first_unknown[0]}.{first_unknown[1]}"
            sys.exit(f"Expected {wanted}, which {requirements.name} needs; this is {sys.version.split()[0]}.")
        print(f"Making conformance/{environment.name}: up to 300 MB are downloaded, once.", file=sys.stderr, flush=True)

    try:
        print(ready_python(environment, requirements, check_python))
    except (OSError, CalledProcessError) as error:
        sys.exit(f"conformance/{environment.name} could not be made, for want of venv, network or space: {error}")


if __name__ == "__main__":
    main()
