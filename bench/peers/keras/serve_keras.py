"""Keras 3 on TensorFlow or JAX, as KERAS_BACKEND says. The second argument is `jit` or `no-jit`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras  # noqa: E402
from keras import layers  # noqa: E402

from serve import operands, samples, serve, timed  # noqa: E402

backend = keras.backend.backend()
jit = sys.argv[2] == "jit"


def lenet():
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(20, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(50, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(500, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, keras.optimizers.Adam()


def mlp():
    model = keras.Sequential(
        [
            layers.Input((784,)),
            layers.Dense(300, activation="relu"),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, keras.optimizers.Adam()


def resnet20():
    def convolution(x, filters, size, strides):
        x = layers.Conv2D(filters, size, strides, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
        return layers.BatchNormalization()(x)

    inputs = layers.Input((32, 32, 3))
    x = layers.ReLU()(convolution(inputs, 16, 3, 1))
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(3):
            strides = 2 if stage > 0 and block == 0 else 1
            y = layers.ReLU()(convolution(x, filters, 3, strides))
            y = convolution(y, filters, 3, 1)
            shortcut = x if strides == 1 else convolution(x, filters, 1, strides)
            x = layers.ReLU()(layers.add([y, shortcut]))
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, outputs), keras.optimizers.SGD(0.1, momentum=0.9)


MODELS = {"lenet": lenet, "mlp": mlp, "resnet20": resnet20}


def train(task):
    """Steps of `fit`, the way of training that costs Keras least beside the steps themselves."""
    model, optimizer = MODELS[task["model"]]()
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=jit)
    batch = task["batch"]
    images, labels = samples(task, batch)
    x, y = images, labels

    def work(units):
        nonlocal x, y
        count = units * batch
        # Kept for later samples, as data are that somebody trains with.
        if len(y) < count:
            x = images.repeat(units, axis=0)
            y = labels.repeat(units, axis=0)
        model.fit(x[:count], y[:count], batch_size=batch, epochs=1, shuffle=False, verbose=0)

    return work


def compiled(function):
    """A function of tensors as the backend runs it best, that waits for its results."""
    if backend == "tensorflow":
        import tensorflow as tf

        traced = tf.function(function, jit_compile=jit)

        def call(*tensors):
            for result in tf.nest.flatten(traced(*tensors)):
                result.numpy()

        return call
    import jax

    traced = jax.jit(function) if jit else function

    def call_jax(*tensors):
        jax.block_until_ready(traced(*tensors))

    return call_jax


def predict(task):
    model, _ = MODELS[task["model"]]()
    images, _ = samples(task, task["batch"])
    if backend == "tensorflow":
        import tensorflow as tf

        call = compiled(lambda x: model(x, training=False))
        return timed(lambda: call(tf.constant(images)))
    state = [[v.value for v in variables] for variables in (model.trainable_variables, model.non_trainable_variables)]
    call = compiled(lambda trainable, others, x: model.stateless_call(trainable, others, x, training=False)[0])
    return timed(lambda: call(*state, images))


def repeated(call):
    def work(units):
        for _ in range(units):
            call()

    return work


def matmul(task):
    size = task["size"]
    a, b = (keras.ops.convert_to_tensor(x) for x in operands([(size, size)] * 2))
    call = compiled(keras.ops.matmul)
    return repeated(lambda: call(a, b))


def convolution(task):
    """Forward, and the gradients to image and kernel."""
    size, channels, batch = task["size"], task["channels"], task["batch"]
    depthwise = task["kind"] == "depthwise"
    shapes = [(batch, size, size, channels), (3, 3, channels, 1 if depthwise else channels), (batch, size, size, channels)]
    x, w, dy = (keras.ops.convert_to_tensor(array) for array in operands(shapes))
    forward = keras.ops.depthwise_conv if depthwise else keras.ops.conv

    def apply(x, w):
        return forward(x, w, strides=1, padding="same")

    if backend == "tensorflow":
        import tensorflow as tf

        def both(x, w, dy):
            with tf.GradientTape() as tape:
                tape.watch([x, w])
                y = apply(x, w)
            return [y, *tape.gradient(y, [x, w], dy)]

    else:
        import jax

        def both(x, w, dy):
            y, backward = jax.vjp(apply, x, w)
            return [y, *backward(dy)]

    call = compiled(both)
    return repeated(lambda: call(x, w, dy))


MAKERS = {"train": train, "predict": predict, "matmul": matmul, "convolution": convolution, "depthwise": convolution}

serve(lambda task: MAKERS[task["kind"]](task), f"{keras.__version__}, {backend} {__import__(backend).__version__}")
