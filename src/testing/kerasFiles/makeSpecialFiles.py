"""Makes the files of this folder that hold what Keras itself makes little use of: dtype policies, quantized weights, and layers that
models share. Run by hand, in the newest version, like `makeKerasFiles.py`:

    conformance/.venv/bin/python src/testing/kerasFiles/makeSpecialFiles.py
    npx biome check --write src/testing/kerasFiles
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

here = Path(__file__).resolve().parent
keras.utils.set_random_seed(3)
x = np.random.default_rng(3).standard_normal((4, 3)).astype("float32")
y = np.array([0, 1, 1, 0])
expected = {"made with": keras.__version__, "x": x.ravel().tolist()}


def with_policy(policy):
    """The last layer of a mixed model is float32, as Keras advises; the recurrent layer holds a cell of its own (whose usual initializer
    TensorFlow has not in bfloat16).
    """
    last = "float32" if policy.startswith("mixed") else policy
    keras.config.set_dtype_policy(policy)
    inputs = keras.Input((3,), dtype="float32")
    hidden = layers.BatchNormalization()(layers.Dense(4, activation="tanh")(inputs))
    steps = layers.GRU(3, recurrent_initializer="glorot_uniform")(layers.Reshape((2, 2))(hidden))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax", dtype=last)(steps))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    keras.config.set_dtype_policy("float32")
    return model


def shared_with_inner():
    """Used inside of a model, and behind it."""
    shared = layers.Dense(3, activation="tanh", name="shared")
    inside = keras.Input((3,))
    inner = keras.Model(inside, layers.Dense(3)(shared(inside)), name="inner")
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Add()([inner(inputs), shared(inputs)]))


def shared_before_inner():
    """Used twice in front of a model, and inside of it: Keras counts its calls from there."""
    shared = layers.Dense(3, activation="tanh", name="shared")
    inside = keras.Input((3,))
    inner = keras.Model(inside, layers.Dense(3)(shared(inside)), name="inner")
    inputs = keras.Input((3,))
    return keras.Model(inputs, inner(shared(shared(inputs))))


def shared_by_siblings():
    """Used in two models, one of which is a chain."""
    shared = layers.Dense(3, activation="tanh", name="shared")
    inside = keras.Input((3,))
    one = keras.Model(inside, layers.Dense(3)(shared(inside)), name="one")
    two = keras.Sequential([keras.Input((3,)), shared, layers.Dense(3)], name="two")
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Add()([one(inputs), two(inputs)]))


for policy in ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"]:
    model = with_policy(policy)
    for _ in range(2):
        model.train_on_batch(x, y)
    model.save(here / f"policy-{policy}.keras")
    expected[policy] = np.asarray(model.predict_on_batch(x), "float64").ravel().tolist()

for make in [shared_with_inner, shared_before_inner, shared_by_siblings]:
    model = make()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.save(here / f"{make.__name__}.keras")
    before = np.asarray(model.predict_on_batch(x)).ravel().tolist()
    for _ in range(3):
        model.train_on_batch(x, x)
    after = np.asarray(model.predict_on_batch(x)).ravel().tolist()
    expected[make.__name__] = {"parameters": model.count_params(), "before": before, "after": after}

quantized = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
quantized.quantize("int8")
quantized.save(here / "quantized.keras")

(here / "special.json").write_text(json.dumps(expected) + "\n")
