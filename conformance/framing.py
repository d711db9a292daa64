"""How a server talks with Gradus: the form of its messages, and its loop.

A message, in either direction, is a 32-bit little-endian length, that many bytes of JSON, and the raw elements of its
tensors one after another. In the JSON, `tensors` lists each one's dtype and shape, and `{"$tensor": i}` stands for the i-th.
Requests are answered in order, on standard input and output; there is no network.

A server imports this before anything else: messages keep the real standard output for themselves, and what libraries
print goes to standard error.
"""

import json
import os
import struct
import sys
import traceback

replies = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

import numpy as np  # noqa: E402


def serve(answer, unwrap=lambda value: value):
    """Answers each message, a header and its tensors, until there are no more.

    `unwrap` makes an array, or what holds arrays, of a value that is neither.
    """
    while (message := read_message(sys.stdin.buffer)) is not None:
        try:
            reply = {"reply": answer(*message)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        write_message(replies, reply, unwrap)


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


def write_message(stream, body, unwrap):
    arrays = []

    def encode(value):
        if isinstance(value, dict):
            return {str(key): encode(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [encode(item) for item in value]
        if isinstance(value, np.generic):
            return value.item()
        value = unwrap(value)
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
