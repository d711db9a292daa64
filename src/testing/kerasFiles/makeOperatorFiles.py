"""Makes the files of this folder whose graphs hold operators of Keras besides layers: masks, which Keras writes as such, and computations
with the model's tensors. Run by hand, in the newest version, like `makeKerasFiles.py`:

    conformance/.venv/bin/python src/testing/kerasFiles/makeOperatorFiles.py
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
keras.utils.set_random_seed(5)
words = np.array([[1, 2, 0, 0], [3, 4, 1, 0], [2, 0, 0, 0], [1, 1, 4, 2]], "int32")
series = np.random.default_rng(5).standard_normal((4, 4, 3)).astype("float32")
series[0, 2:] = 0
series[2, 1:] = 0


def masks():
    """Each layer gets the mask of the embedding, or of the masking layer, as an operator's tensor."""
    text = keras.Input((4,), dtype="int32")
    embedded = layers.Embedding(5, 3, mask_zero=True)(text)
    steps = layers.Bidirectional(layers.GRU(2, return_sequences=True))(embedded)
    pooled = layers.GlobalAveragePooling1D()(layers.Dense(2, activation="tanh")(steps))
    attended = layers.LSTM(2)(layers.Attention()([embedded, embedded]))
    signal = keras.Input((4, 3))
    masked = layers.SimpleRNN(2)(layers.Masking()(signal))
    merged = layers.Concatenate()([layers.LSTM(2)(embedded), pooled, attended, masked])
    return keras.Model([text, signal], layers.Dense(2)(merged)), [words, series]


def operators():
    """Operators for which there are layers. Keras writes the call of the normalisation with `training: false`, and trains it all the same."""
    inputs = keras.Input((4, 3))
    scaled = (inputs / 4 + 1) * 2 - (3 - inputs)
    both = keras.ops.maximum(scaled * inputs, scaled - inputs)
    return keras.Model(inputs, layers.Dense(2)(layers.BatchNormalization(momentum=0.5)(both))), series


def item():
    inputs = keras.Input((4, 3))
    return keras.Model(inputs, layers.Dense(2)(inputs[:, -1])), series


def other_mask():
    """A mask that the embedding would not give."""
    text = keras.Input((4,), dtype="int32")
    embedded = layers.Embedding(5, 3, mask_zero=True)(text)
    return keras.Model(text, layers.LSTM(2)(embedded, mask=keras.ops.not_equal(text, 1))), words


def numbers(array):
    return np.asarray(array, "float64").ravel().tolist()


expected = {"made with": keras.__version__, "words": words.tolist(), "series": series.tolist()}
for make in [masks, operators, item, other_mask]:
    model, x = make()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.save(here / f"operators-{make.__name__}.keras")
    before = model.predict(x, verbose=0)
    for _ in range(3):
        model.train_on_batch(x, np.ones_like(before))
    expected[make.__name__] = {"shape": before.shape, "before": numbers(before), "after": numbers(model.predict(x, verbose=0))}

(here / "operators.json").write_text(json.dumps(expected) + "\n")
