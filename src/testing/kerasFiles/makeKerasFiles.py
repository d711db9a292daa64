"""Makes the files of this folder: small models that the real Keras saved, with what it predicts and how it trains on.

Run by hand, once in each version, whose environment `conformance/setup.py [VERSION]` makes:

    conformance/.venv/bin/python src/testing/kerasFiles/makeKerasFiles.py
    conformance/.venv-3.0/bin/python src/testing/kerasFiles/makeKerasFiles.py
    conformance/.venv-2.15/bin/python src/testing/kerasFiles/makeKerasFiles.py
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
version = ".".join(keras.__version__.split(".")[:2])
keras.utils.set_random_seed(1)
random = np.random.default_rng(1)


def make():
    """Shared layers, a model in the model, state that is not trained, a recurrent layer."""
    sequence = keras.Input((3, 2), name="sequence")
    vector = keras.Input((4,), name="vector")
    shared = layers.Dense(3, activation="tanh", kernel_regularizer="l2", name="shared")
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(4, use_bias=False), layers.BatchNormalization(), layers.LeakyReLU(0.2)], name="inner"
    )
    steps = layers.Bidirectional(layers.GRU(2), name="steps")(sequence)
    merged = layers.concatenate([shared(inner(vector)), shared(steps)], name="merged")
    # A call that leads nowhere: it must not count.
    inner(vector)
    model = keras.Model([sequence, vector], layers.Dense(1, name="out")(merged), name=f"keras_{version.replace('.', '_')}")
    optimizer = keras.optimizers.Adam(0.02)
    model.compile(optimizer, loss=keras.losses.Huber(), metrics=["mae", keras.metrics.MeanSquaredError(name="spread")])
    return model


x = [random.standard_normal((6, 3, 2)).astype("float32"), random.standard_normal((6, 4)).astype("float32")]
y = random.standard_normal((6, 1)).astype("float32")
model = make()
for _ in range(2):
    model.train_on_batch(x, y)
model.save(here / f"keras-{version}.keras")
# Keras 3.0 cannot write this model as .h5: it names weights in two layers alike.
if version != "3.0":
    model.save(here / f"keras-{version}.h5")
if version == "2.15":
    model.save_weights(here / f"weights-{version}.h5")


def numbers(array):
    return np.asarray(array).ravel().tolist()


predictions = numbers(model.predict_on_batch(x))
for _ in range(3):
    model.train_on_batch(x, y)
expected = {
    "made with": keras.__version__,
    "x": [numbers(each) for each in x],
    "y": numbers(y),
    "predictions": predictions,
    # After three further steps.
    "weights": [numbers(weight) for weight in model.get_weights()],
}
(here / f"keras-{version}.json").write_text(json.dumps(expected) + "\n")
