"""Models that are no chains: several inputs and outputs, shared layers, models within models, attention."""

from messages import keras

layers, optimizers = keras.layers, keras.optimizers
classes = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}


def wide_and_deep():
    wide, deep = keras.Input((5,), name="wide_input"), keras.Input((6,), name="deep_input")
    hidden = layers.Dense(10, activation="relu")(layers.Dense(10, activation="relu")(deep))
    main = layers.Dense(1, name="main_output")(layers.Concatenate()([wide, hidden]))
    auxiliary = layers.Dense(1, name="aux_output")(hidden)
    model = keras.Model([wide, deep], [main, auxiliary], name="wide_and_deep")
    model.compile(optimizers.SGD(0.05), ["mse", "mae"], loss_weights=[0.9, 0.1])
    return model


def named():
    """Inputs and outputs by name."""
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    both = layers.Average()([layers.Dense(8, activation="relu")(a), layers.Dense(8, activation="tanh")(b)])
    outputs = {"kind": layers.Dense(4, activation="softmax", name="kind")(both), "size": layers.Dense(1, name="size")(both)}
    model = keras.Model({"a": a, "b": b}, outputs, name="named")
    loss = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile(optimizers.Adam(0.01), loss, loss_weights={"kind": 1.0, "size": 0.5}, metrics={"kind": ["accuracy"]})
    return model


def siamese():
    """One layer used for both inputs."""
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    first, second = layers.Dense(10, activation="relu"), layers.Dense(5, name="embedding")
    one, other = second(first(left)), second(first(right))
    angle = layers.Dot(axes=1, normalize=True)([one, other])
    gap = layers.Subtract()([one, other])
    outputs = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([angle, gap]))
    model = keras.Model([left, right], outputs, name="siamese")
    model.compile(optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model


def merged():
    a, b = keras.Input((5,)), keras.Input((5,))
    x, y = layers.Dense(6)(a), layers.Dense(6)(b)
    kinds = [layers.Add(), layers.Subtract(), layers.Multiply(), layers.Average(), layers.Maximum(), layers.Minimum()]
    outputs = layers.Dense(1)(layers.Concatenate(axis=1)([merge([x, y]) for merge in kinds]))
    model = keras.Model([a, b], outputs)
    model.compile(optimizers.SGD(0.01, momentum=0.9), "mse")
    return model


def nested():
    """Models in place of layers, one of them used twice."""
    features = keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(4)], name="features"
    )
    inside = keras.Input((4,))
    head = keras.Model(inside, layers.Dense(3, activation="tanh")(layers.LayerNormalization()(inside)), name="head")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    both = layers.Concatenate()([head(features(a)), features(b)])
    model = keras.Model([a, b], layers.Dense(1)(both), name="nested")
    model.compile(optimizers.Adam(0.01), "mse")
    return model


def shared():
    """One layer in a model, in a chain, and outside of both."""
    layer = layers.Dense(6, activation="tanh", name="shared")
    inside = keras.Input((6,))
    inner = keras.Model(inside, layers.Dense(4)(layer(layer(inside))), name="inner")
    chain = keras.Sequential([keras.Input((6,)), layers.Dense(6), layer, layers.Dense(4)], name="chain")
    a = keras.Input((6,), name="a")
    both = layers.Concatenate()([inner(a), chain(a), layer(layer(a))])
    model = keras.Model(a, layers.Dense(1)(both), name="shared_model")
    model.compile(optimizers.Adam(0.01), "mse")
    return model


def transformer():
    tokens = keras.Input((8,), dtype="int32")
    x = layers.Embedding(11, 8)(tokens)
    # Nothing depends on the bias of keys: from zeros on it would be rounding errors alone.
    attention = layers.MultiHeadAttention(num_heads=2, key_dim=4, bias_initializer="ones", name="attention")
    attended = attention(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, attended]))
    forward = layers.Dense(8)(layers.Dense(16, activation="gelu")(x))
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, forward]))
    outputs = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(x))
    model = keras.Model(tokens, outputs, name="transformer")
    schedule = optimizers.schedules.ExponentialDecay(0.01, decay_steps=5, decay_rate=0.8)
    model.compile(optimizers.Adam(schedule), **classes)
    return model


def attentions():
    query, value = keras.Input((4, 6)), keras.Input((5, 6))
    dot = layers.Attention(use_scale=True)([query, value])
    added = layers.AdditiveAttention()([query, value])
    x = layers.EinsumDense("abc,cd->abd", output_shape=(4, 7), bias_axes="d")(layers.Concatenate()([dot, added]))
    model = keras.Model([query, value], layers.Dense(1)(layers.Flatten()(x)))
    model.compile(optimizers.Adam(0.01), "mse")
    return model


def reshaped():
    inputs = keras.Input((4, 6))
    x = layers.Reshape((3, 4))(layers.Dense(12, activation="relu")(layers.Flatten()(layers.Permute((2, 1))(inputs))))
    last = layers.RepeatVector(3)(layers.Dense(5, activation="relu")(layers.GlobalMaxPooling1D()(inputs)))
    outputs = layers.Dense(2)(layers.Concatenate(axis=-1)([x, last]))
    model = keras.Model(inputs, outputs)
    model.compile(optimizers.RMSprop(0.01, momentum=0.9), "mse")
    return model


@keras.saving.register_keras_serializable(package="conformance")
class Scale(layers.Layer):
    """A user's own layer: each feature by a factor that is learnt, and all of them by one that is given."""

    def __init__(self, factor=1.0, **settings):
        super().__init__(**settings)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.scale * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def custom():
    inputs = keras.Input((6,))
    x = Scale(factor=0.5)(layers.Dense(8, activation="relu")(inputs))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile(optimizers.Adam(0.01), **classes)
    return model


def newest():
    """Layers that came late."""
    inputs = keras.Input((6, 8))
    heads = {"head_dim": 4, "num_query_heads": 4, "num_key_value_heads": 2}
    attended = layers.GroupQueryAttention(**heads, use_bias=False)(inputs, inputs)
    x = layers.RMSNormalization()(layers.Add()([inputs, attended]))
    x = layers.AdaptiveAveragePooling1D(3)(x)
    model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
    model.compile(optimizers.Lamb(0.01), "mse")
    return model


graphs = [
    *[wide_and_deep, named, siamese, merged, nested, shared, transformer, attentions, reshaped, custom, newest],
]
