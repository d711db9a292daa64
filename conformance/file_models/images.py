"""Models of images and volumes: convolutions of all kinds, pooling, padding."""

from messages import keras

layers, optimizers = keras.layers, keras.optimizers
classes = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}


def batch_normalization(**settings):
    """Keras 2 has a quicker form for images, which divides moving variances by n - 1 as no other version does."""
    if keras.__version__.startswith("2."):
        settings["fused"] = False
    return layers.BatchNormalization(**settings)


def lenet():
    model = keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Conv2D(6, 5, activation="relu", name="first"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu", name="second"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(4, activation="softmax", name="digits"),
        ],
        name="lenet",
    )
    model.compile(optimizers.Adam(0.002), **classes)
    return model


def residual():
    def block(x, filters, strides):
        y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        y = batch_normalization()(y)
        y = layers.ReLU()(y)
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = batch_normalization(gamma_initializer="zeros")(y)
        if strides > 1:
            x = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
        return layers.Activation("relu")(layers.Add()([x, y]))

    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    x = block(block(x, 4, 1), 6, 2)
    outputs = layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, outputs, name="residual")
    model.compile(optimizers.AdamW(0.005, weight_decay=0.01), **classes)
    return model


def separable():
    model = keras.Sequential(
        [
            keras.Input((9, 9, 3)),
            layers.ZeroPadding2D(((1, 0), (2, 1))),
            layers.DepthwiseConv2D(3, depth_multiplier=2, activation="relu"),
            layers.SeparableConv2D(6, 3, padding="same", depth_multiplier=2),
            layers.ReLU(max_value=6.0),
            layers.Cropping2D((1, 1)),
            layers.AveragePooling2D(2, strides=2, padding="same"),
            layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(optimizers.SGD(0.02, momentum=0.8), **classes)
    return model


def autoencoder():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="relu"),
            layers.Dense(4 * 4 * 4, activation="relu"),
            layers.Reshape((4, 4, 4)),
            layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu"),
            layers.UpSampling2D((2, 2), interpolation="nearest"),
            layers.MaxPooling2D(2),
            layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    model.compile(optimizers.Adam(0.005, amsgrad=True), "binary_crossentropy")
    return model


def volumes():
    model = keras.Sequential(
        [
            keras.Input((5, 6, 5, 2)),
            layers.Conv3D(4, 2, activation="relu"),
            layers.ZeroPadding3D((1, 0, 1)),
            layers.MaxPooling3D((2, 2, 2)),
            layers.Conv3DTranspose(3, 2, strides=2, activation="relu"),
            layers.Cropping3D((1, 1, 0)),
            layers.UpSampling3D((1, 2, 1)),
            layers.AveragePooling3D((2, 1, 1)),
            layers.GlobalAveragePooling3D(),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.Adam(0.002), "mse")
    return model


def grouped():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 4)),
            layers.Conv2D(8, 3, groups=2, activation="relu"),
            layers.GroupNormalization(groups=4),
            layers.Conv2D(6, 2, dilation_rate=2, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(optimizers.Adafactor(0.01), **classes)
    return model


images = [lenet, residual, separable, autoencoder, volumes, grouped]
