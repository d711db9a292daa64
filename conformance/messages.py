"""How a server talks with Gradus: the form of its messages, and its loop.

A message, in either direction, is a 32-bit little-endian length, that many bytes of JSON, and the raw elements of its
tensors one after another. In the JSON, `tensors` lists each one's dtype and shape, `{"$tensor": i}` stands for the i-th,
and `{"$keras": "losses.Huber", "config": {...}}` for an object to make (without config: the function of that name).
Requests are answered in order, on standard input and output; there is no network.

A server imports this before anything else: messages keep the real standard output for themselves, and what libraries
print goes to standard error.
"""

import json
import os
import struct
import sys
import traceback

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

replies = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def serve(answer):
    """Answers each message, a header and its tensors, until there are no more."""
    while (message := read_message(sys.stdin.buffer)) is not None:
        try:
            reply = {"reply": answer(*message)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        write_message(replies, reply)


def read_message(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    header = json.loads(stream.read(struct.unpack("<I", head)[0]))
    tensors = []
    for spec in header.pop("tensors"):
        dtype = np.dtype(spec["dtype"])
        size = int(np.prod(spec["shape"], dtype=np.int64)) * dtype.itemsize
        tensors.append(np.frombuffer(stream.read(size), dtype).reshape(spec["shape"]))
    return header, tensors


def write_message(stream, body):
    arrays = []

    def encode(value):
        if isinstance(value, dict):
            return {str(key): encode(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [encode(item) for item in value]
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, tf.IndexedSlices):
            return encode(tf.convert_to_tensor(value))
        if hasattr(value, "__array__"):
            array = np.asarray(value)
            if array.dtype == np.int64:
                array = array.astype(np.int32)
            arrays.append(np.asarray(array, order="C"))
            return {"$tensor": len(arrays) - 1}
        return value

    header = encode(body)
    header["tensors"] = [{"dtype": array.dtype.name, "shape": list(array.shape)} for array in arrays]
    text = json.dumps(header).encode()
    stream.write(struct.pack("<I", len(text)) + text)
    for array in arrays:
        stream.write(array.tobytes())
    stream.flush()


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
