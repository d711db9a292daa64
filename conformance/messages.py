"""How a server that has Keras talks with Gradus: messages as `framing` has them, with Keras objects in them.

`{"$keras": "losses.Huber", "config": {...}}` stands for an object to make (without config: the function of that name).
A server imports this before anything else.
"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import framing  # noqa: E402, I001

import sys  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def serve(answer):
    """Answers each message, a header and its tensors, until there are no more."""
    framing.serve(answer, dense)


def dense(value):
    return tf.convert_to_tensor(value) if isinstance(value, tf.IndexedSlices) else value


def decoder(tensors, precision="float32"):
    """Turns the JSON of a request into arrays and Keras objects, in the given precision."""

    def decode(value):
        if isinstance(value, list):
            return [decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$tensor" in value:
            array = tensors[value["$tensor"]]
            return array.astype(precision) if array.dtype.kind == "f" else array
        if "$keras" in value:
            named = lookup(value["$keras"])
            return named(**decode(value["config"])) if "config" in value else named
        return {key: decode(item) for key, item in value.items()}

    return decode


def lookup(path):
    found = keras
    for part in path.split("."):
        found = getattr(found, part)
    return found


def versions():
    return {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": sys.version.split()[0],
    }
