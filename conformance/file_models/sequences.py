"""Models of sequences: recurrent layers of all kinds, masks, convolutions along time."""

from messages import keras

layers, optimizers = keras.layers, keras.optimizers


def causal():
    model = keras.Sequential(
        [
            keras.Input((12, 3)),
            layers.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"),
            layers.SeparableConv1D(6, 3, padding="same", activation="relu"),
            layers.MaxPooling1D(2),
            layers.DepthwiseConv1D(3, depth_multiplier=2),
            layers.ZeroPadding1D((1, 2)),
            layers.Conv1DTranspose(4, 3, strides=2, activation="relu"),
            layers.Cropping1D((1, 1)),
            layers.AveragePooling1D(2),
            layers.UpSampling1D(2),
            layers.GlobalMaxPooling1D(),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.RMSprop(0.005), "mse")
    return model


def lstm():
    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(9, 6, mask_zero=True),
            layers.LSTM(8, return_sequences=True),
            layers.LSTM(6, unit_forget_bias=False, recurrent_activation="hard_sigmoid"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="sentiment",
    )
    model.compile(optimizers.Adam(0.01, clipnorm=1.0), "binary_crossentropy", metrics=["accuracy"])
    return model


def gru():
    model = keras.Sequential(
        [
            keras.Input((7, 4)),
            layers.GRU(6, return_sequences=True),
            layers.Bidirectional(layers.GRU(5, reset_after=False, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(3, activation="relu")),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.Adam(0.01, clipvalue=0.2), "mse")
    return model


def bidirectional():
    model = keras.Sequential(
        [
            keras.Input((7, 4)),
            layers.Masking(0.0),
            layers.Bidirectional(layers.LSTM(5, return_sequences=True), merge_mode="sum"),
            layers.Bidirectional(layers.LSTM(4), backward_layer=layers.GRU(4, go_backwards=True)),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.Adam(0.01), "mse")
    return model


def cells():
    model = keras.Sequential(
        [
            keras.Input((7, 4)),
            layers.RNN([layers.LSTMCell(5), layers.GRUCell(4)], return_sequences=True),
            layers.RNN(layers.SimpleRNNCell(5, activation="relu"), return_sequences=True),
            layers.SimpleRNN(4, go_backwards=True, use_bias=False),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.SGD(0.05, momentum=0.9), "mse")
    return model


def encoder_decoder():
    """The last states of one layer begin those of another."""
    source = keras.Input((6, 3), name="source")
    target = keras.Input((5, 2), name="target")
    _, hidden, cell = layers.LSTM(6, return_state=True, name="encoder")(source)
    decoded = layers.LSTM(6, return_sequences=True, name="decoder")(target, initial_state=[hidden, cell])
    outputs = layers.TimeDistributed(layers.Dense(2))(decoded)
    model = keras.Model([source, target], outputs, name="encoder_decoder")
    model.compile(optimizers.Adam(0.01), "mse")
    return model


sequences = [causal, lstm, gru, bidirectional, cells, encoder_decoder]
