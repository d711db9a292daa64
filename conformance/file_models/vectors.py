"""Models of vectors: dense layers with all that can be given to a layer, and what optimizers keep."""

import numpy as np
from messages import keras

layers, optimizers = keras.layers, keras.optimizers
classes = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}


def perceptron():
    penalty = keras.regularizers.L1L2(l1=0.001, l2=0.01)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
            layers.Dense(8, activation="tanh", kernel_regularizer=penalty, bias_regularizer="l2"),
            layers.Dense(3, activation="softmax"),
        ],
        name="perceptron",
    )
    model.compile(optimizers.SGD(0.05, momentum=0.9, nesterov=True), "categorical_crossentropy", metrics=["accuracy"])
    return model


def constrained():
    constraints = keras.constraints
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(12, activation="selu", kernel_constraint=constraints.MaxNorm(1.0)),
            layers.Dense(8, use_bias=False, activation="silu", kernel_constraint=constraints.UnitNorm()),
            layers.Dense(6, activation="softplus", bias_constraint=constraints.NonNeg()),
            layers.Dense(1, kernel_constraint=constraints.MinMaxNorm(0.2, 0.8, rate=0.5)),
        ]
    )
    model.compile(optimizers.Adagrad(0.05, initial_accumulator_value=0.2), "mean_absolute_error")
    return model


def initialized():
    initializers = keras.initializers
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(10, activation="gelu", kernel_initializer="he_normal", bias_initializer="ones"),
            layers.Dense(8, activation="softsign", kernel_initializer=initializers.Orthogonal(gain=1.5)),
            layers.Dense(8, activation="elu", kernel_initializer=initializers.VarianceScaling(2.0, mode="fan_avg")),
            layers.Dense(1, kernel_initializer=initializers.TruncatedNormal(stddev=0.3)),
        ]
    )
    model.compile(optimizers.Adadelta(1.0, rho=0.9), "huber", metrics=["mae"])
    return model


def activation_layers():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(10),
            layers.LeakyReLU(0.1),
            layers.Dense(10),
            layers.ELU(0.5),
            layers.Dense(10),
            layers.PReLU(alpha_initializer="ones"),
            layers.Dense(10),
            layers.ReLU(max_value=6.0, negative_slope=0.1, threshold=0.1),
            layers.Dense(10),
            layers.Activation("sigmoid"),
            layers.Dense(3),
            layers.Softmax(),
        ]
    )
    model.compile(optimizers.Adamax(0.01), **classes)
    return model


def normalized():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(12, use_bias=False),
            layers.BatchNormalization(momentum=0.9, epsilon=0.01),
            layers.Activation("relu"),
            layers.Dense(12),
            layers.LayerNormalization(),
            layers.Dense(8, activation="tanh"),
            layers.UnitNormalization(),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.RMSprop(0.005, momentum=0.5, centered=True), "mse")
    return model


def frozen():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(10, activation="relu", name="kept"),
            layers.BatchNormalization(),
            layers.Dense(10, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    # Keras 3.0 does not heed it in constructors.
    for layer in model.layers[:2]:
        layer.trainable = False
    model.compile(optimizers.Adam(0.01), **classes)
    return model


def prepared():
    """A layer that was adapted to data before."""
    normalization = layers.Normalization()
    normalization.adapt(np.linspace(-3, 5, 120, dtype="float32").reshape(20, 6) ** 2)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Rescaling(0.5, offset=0.1),
            normalization,
            layers.Dense(8, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.Adam(0.01, amsgrad=True), "mse")
    return model


def noisy():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(12, activation="relu"),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.2),
            layers.Dense(12, activation="selu", kernel_initializer="lecun_normal"),
            layers.AlphaDropout(0.1),
            layers.ActivityRegularization(l1=0.01, l2=0.02),
            layers.GaussianDropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizers.Adam(0.01), **classes)
    return model


def averaged():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12, activation="relu"), layers.Dense(1)])
    model.compile(optimizers.Adam(0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4), "mse")
    return model


def accumulated():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12, activation="relu"), layers.Dense(1)])
    model.compile(optimizers.AdamW(0.01, gradient_accumulation_steps=4, weight_decay=0.05), "mse")
    return model


def scheduled():
    schedule = optimizers.schedules.CosineDecay(0.02, decay_steps=20, alpha=0.1, warmup_target=0.05, warmup_steps=5)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12, activation="relu"), layers.Dense(1)])
    model.compile(optimizers.AdamW(schedule, weight_decay=0.05, clipnorm=0.5), "mse")
    return model


def proximal():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12, activation="tanh"), layers.Dense(1)])
    model.compile(optimizers.Ftrl(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02), "log_cosh")
    return model


def deferred():
    """A chain without an input layer: its shapes come from the first batch."""
    model = keras.Sequential([layers.Dense(10, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile(optimizers.Nadam(0.01), **classes)
    return model


def legacy(name, optimizer):
    """A model with one of the optimizers of Keras until 2.10, which 2.15 has beside those of now. Two of its layers have
    weights of one shape, so that the order of the optimizer's state shows.
    """

    def make():
        model = keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(6, activation="tanh"),
                layers.Dense(6, activation="tanh"),
                layers.Dense(1),
            ]
        )
        model.compile(optimizer(optimizers.legacy), "mse")
        return model

    make.__name__ = f"legacy_{name}"
    return make


vectors = [
    *[perceptron, constrained, initialized, activation_layers, normalized, frozen, prepared],
    *[noisy, averaged, accumulated, scheduled, proximal, deferred],
    legacy("sgd", lambda legacy: legacy.SGD(0.05, momentum=0.9, decay=0.1)),
    legacy("adam", lambda legacy: legacy.Adam(0.01, decay=0.1)),
    legacy("adam_amsgrad", lambda legacy: legacy.Adam(0.01, amsgrad=True, clipnorm=0.5)),
    legacy("rmsprop", lambda legacy: legacy.RMSprop(0.01)),
    legacy("rmsprop_centered", lambda legacy: legacy.RMSprop(0.01, momentum=0.5, centered=True)),
    legacy("adagrad", lambda legacy: legacy.Adagrad(0.05, initial_accumulator_value=0.0)),
    legacy("adadelta", lambda legacy: legacy.Adadelta(1.0)),
    legacy("adamax", lambda legacy: legacy.Adamax(0.01)),
    legacy("ftrl", lambda legacy: legacy.Ftrl(0.1, l2_regularization_strength=0.01)),
]
