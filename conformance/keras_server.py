"""The real Keras as a process that answers requests: the peer that Gradus is compared with."""

import contextlib
import inspect
import itertools
import json

from dense_gradients import dense_gradients
from messages import decoder, keras, lookup, np, serve, tf, versions

FLOAT32_POLICY = "float32"


@contextlib.contextmanager
def computing_in(precision):
    keras.config.set_floatx(precision)
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def in_precision(value, precision):
    """A saved config with its dtype policies replaced."""
    if isinstance(value, list):
        return [in_precision(item, precision) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy":
        return precision
    return {
        key: precision if key == "dtype" and item == FLOAT32_POLICY else in_precision(item, precision)
        for key, item in value.items()
    }


def config_of(thing):
    """An object's config as JSON; None for functions and what Keras cannot write down."""
    if not hasattr(thing, "get_config"):
        return None
    with contextlib.suppress(NotImplementedError, TypeError):
        return json.loads(json.dumps(thing.get_config(), default=plain))
    return None


def plain(value):
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, tf.Tensor, keras.Variable)):
        return np.asarray(value).tolist()
    return keras.saving.serialize_keras_object(value)


# --- What can be asked ----------------------------------------------------------------------------------------------

modules = [
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "optimizers.schedules",
    "activations",
    "initializers",
    "regularizers",
    "constraints",
    "callbacks",
]


def inventory():
    """Every public entry of the modules, once: the names of one thing, in whichever modules, stand together."""
    entries = {}
    for module in modules:
        for name, thing in sorted(vars(lookup(module)).items()):
            if not name.startswith("_") and not inspect.ismodule(thing):
                entries.setdefault(id(thing), (thing, []))[1].append(f"{module}.{name}")
    return {
        "entries": [{"names": names, "isClass": inspect.isclass(thing)} for thing, names in entries.values()],
    }


def value(thing):
    """What a function of the request gave, as JSON: `{"$keras": "losses.serialize", "config": {...}}` calls it."""
    return {"value": json.loads(json.dumps(thing, default=plain))}


def weighted_sum(outputs, cotangents):
    return tf.add_n([tf.reduce_sum(output * factor) for output, factor in zip(outputs, cotangents)])


def is_float(tensor):
    return tensor.dtype.is_floating


def evaluate(target, args, kwargs=None, differentiate=(), cotangent=None, takes_list=False):
    """Calls a function or object. Gradients are those of sum(output * cotangent)."""
    args = [tf.convert_to_tensor(arg) for arg in args]
    watched = [args[i] for i in differentiate]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        output = target(*([args] if takes_list else args), **(kwargs or {}))
        objective = output if cotangent is None else tf.reduce_sum(output * cotangent)
    gradients = tape.gradient(objective, watched, unconnected_gradients="zero") if watched else []
    return {"output": output, "gradients": gradients}


@contextlib.contextmanager
def injected(replacements):
    """Random functions of the backend give the tensors sent instead: the same mask or noise as the other side's.

    Of a list, each call takes the next.
    """
    random = keras.src.backend.random
    originals = {name: getattr(random, name) for name in replacements}

    def one_after_another(values):
        drawn = iter(values) if isinstance(values, list) else itertools.repeat(values)
        return lambda: tf.convert_to_tensor(next(drawn))

    for name, values in replacements.items():
        draw = one_after_another(values)
        if name == "dropout":
            random.dropout = lambda inputs, *_, draw=draw, **__: inputs * draw()
        else:
            setattr(random, name, lambda *_, draw=draw, **__: draw())
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(random, name, original)


def layer(layer, inputs, weights=None, kwargs=None, cotangents=None, inject=None, arrangement="list"):
    """Calls a layer. Gradients are those of sum(outputs * cotangents) + the losses that the layer adds."""
    kwargs = {key: tf.convert_to_tensor(v) if isinstance(v, np.ndarray) else v for key, v in (kwargs or {}).items()}
    inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
    args = {"list": [inputs], "spread": inputs, "states": inputs[:1]}[arrangement]
    if arrangement == "states":
        kwargs["initial_state"] = inputs[1:]
    if not layer.built:
        layer(*args, **{**kwargs, "training": False} if "training" in kwargs else kwargs)
    if weights is not None:
        layer.set_weights(weights)
    watched = [tensor for tensor in tf.nest.flatten(inputs) if is_float(tensor)]
    trainable = [weight.value for weight in layer.trainable_weights]
    with injected(inject or {}), tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = tf.nest.flatten(layer(*args, **kwargs))
        floats = [output for output in outputs if is_float(output)]
        objective = weighted_sum(floats, cotangents) if cotangents else tf.add_n([tf.reduce_sum(o) for o in floats])
        if layer.losses:
            objective += tf.add_n(layer.losses)
    to_inputs, to_weights = tape.gradient(objective, [watched, trainable], unconnected_gradients="zero")
    return {
        "outputs": outputs,
        "inputGradients": to_inputs,
        "weightGradients": to_weights,
        "weights": layer.weights,
    }


def adapted(layer, data, inputs):
    """What a layer gives that was adapted to data: an array, or a list of batches."""
    layer.adapt(data)
    return {"outputs": [layer(tf.convert_to_tensor(inputs))]}


def stateful(layer, weights, parts):
    """What a stateful layer gives for batches one after another, and for the first again once it is reset."""
    layer(tf.convert_to_tensor(parts[0]))
    layer.set_weights(weights)
    layer.reset_state()
    outputs = [layer(tf.convert_to_tensor(part)) for part in parts]
    layer.reset_state()
    return {"outputs": [*outputs, layer(tf.convert_to_tensor(parts[0]))]}


def metric(metric, updates):
    """The result after each of several updates."""
    results = []
    for update in updates:
        metric.update_state(*update["args"], **update.get("kwargs", {}))
        # A result may be the state itself, which the next update changes.
        results.append(np.array(metric.result()))
    return {"results": results}


def optimizer(optimizer, weights, gradients, steps):
    """Weights after the given steps, each with its row of the gradients."""
    variables = [keras.Variable(weight, name=f"w{i}") for i, weight in enumerate(weights)]
    optimizer.build(variables)
    take_step = tf.function(lambda slopes: optimizer.apply(slopes, variables))
    reached = []
    for step in range(max(steps)):
        take_step([tf.convert_to_tensor(rows[step]) for rows in gradients])
        if step + 1 in steps:
            reached.append([np.array(variable) for variable in variables])
    return {"weights": reached}


def schedule(schedule, steps):
    return {"values": np.array([float(schedule(int(step))) for step in steps])}


def initializer(initializer, shape):
    return {"values": initializer(shape)}


def configs(made, module, text):
    """The config of an object, and that of one which Keras read from the JSON that Gradus wrote: they must be the same.

    `kept` is what comes of it when Keras reads what it wrote itself, or None if it cannot.
    """
    own = config_of(made)
    kept = None
    with contextlib.suppress(Exception):
        kept = config_of(lookup(module).deserialize(lookup(module).serialize(made)))
    return {"own": own, "kept": kept, "read": config_of(lookup(module).deserialize(json.loads(text)))}


def made_model(model, compile, weights, precision):
    """A model of the config that Gradus wrote, with its weights, compiled with an optimizer of its own."""
    optimizer = compile["optimizer"]
    model = keras.saving.deserialize_keras_object(in_precision(model, precision))
    model.set_weights(weights)
    model.compile(**{**compile, "optimizer": optimizer.from_config(optimizer.get_config())}, jit_compile=False)
    return model


def train(model, compile, weights, x, y, steps, precision):
    """Losses of training steps on consecutive batches, each the batch's own, before its update.

    In float64, where Keras is the arbiter, optimizers are given what their formulas mean.
    """
    model = made_model(model, compile, weights, precision)

    def batch(data, step):
        return tf.nest.map_structure(lambda array: array[step * (len(array) // steps) :][: len(array) // steps], data)

    with dense_gradients() if precision == "float64" else contextlib.nullcontext():
        logs = [model.train_on_batch(batch(x, step), batch(y, step), return_dict=True) for step in range(steps)]
    return {"losses": np.array([step["loss"] for step in logs], np.float64)}


class Rates(keras.callbacks.Callback):
    """A user's own callback: the learning rate of each epoch."""

    def __init__(self, rates):
        super().__init__()
        self.rates = rates

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = self.rates[epoch]


def callbacks_of_rates(model, kind, rates):
    """The ways to set the learning rate of each epoch."""
    if kind == "Callback":
        return Rates(rates)
    if kind == "LearningRateScheduler":
        return keras.callbacks.LearningRateScheduler(lambda epoch, rate: rates[epoch])
    assign = lambda epoch, logs: setattr(model.optimizer, "learning_rate", rates[epoch])  # noqa: E731
    return keras.callbacks.LambdaCallback(on_epoch_begin=assign)


def fit(model, compile, weights, x, y, options, precision, callbacks=(), rates=None, interrupt=None):
    """The history of a fit that does not shuffle, and the weights in the end.

    `rates`: the kind of callback that sets the learning rate, and the rate of each epoch. `interrupt`: the epoch that a
    first run begins and does not end; a second one with the same callbacks, and the model as at first, is what counts.
    """

    def run(epochs=None):
        made = made_model(model, compile, weights, precision)
        all_callbacks = [*callbacks, *([callbacks_of_rates(made, **rates)] if rates else [])]
        if epochs is not None:
            all_callbacks.append(keras.callbacks.LambdaCallback(on_epoch_begin=stop_at(epochs)))
        return made, made.fit(x, y, shuffle=False, verbose=0, callbacks=all_callbacks, **options)

    if interrupt is not None:
        with contextlib.suppress(InterruptedError):
            run(interrupt)
    made, history = run()
    return {
        "history": history_of(history),
        "epochs": np.array(history.epoch, np.int32),
        "weights": made.get_weights(),
    }


def stop_at(stopped):
    def on_epoch_begin(epoch, logs):
        if epoch == stopped:
            raise InterruptedError

    return on_epoch_begin


def told(callbacks, losses):
    """What callbacks make of a hand-written loop that tells them the loss of each epoch."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.stop_training = False
    told_of = keras.callbacks.CallbackList(callbacks, add_history=True, model=model, epochs=len(losses))
    told_of.on_train_begin()
    for epoch, loss in enumerate(losses):
        told_of.on_epoch_begin(epoch)
        told_of.on_epoch_end(epoch, {"loss": loss})
        if model.stop_training:
            break
    told_of.on_train_end()
    history = model.history
    return {"losses": np.array(history.history["loss"], np.float64), "epochs": np.array(history.epoch, np.int32)}


def history_of(history):
    return {key: np.array(values, np.float64) for key, values in history.history.items()}


class Script(keras.callbacks.Callback):
    """Puts given numbers into the logs of each epoch, and the number of the epoch, from 1, into the model's weight."""

    def __init__(self, keys, rows):
        super().__init__()
        self.keys, self.rows = keys, rows.tolist()

    def on_epoch_end(self, epoch, logs=None):
        logs.update(zip(self.keys, self.rows[epoch]))
        self.model.set_weights([np.full((1, 1), epoch + 1)])


def script(callbacks, keys, rows, factors=None):
    """What callbacks make of a run whose logs are given: history and learning rates of the epochs, and the weight in the end.

    With factors, a LearningRateScheduler multiplies the learning rate by them.
    """
    if factors is not None:
        schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * factors[epoch])
        callbacks = [schedule, *callbacks]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(1.0), loss="mse", metrics=["mae", "binary_accuracy"], jit_compile=False)
    rates = []
    recorder = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda *_, **__: rates.append(float(model.optimizer.learning_rate))
    )
    zeros = np.zeros((1, 1))
    options = {"epochs": len(rows), "validation_data": (zeros, zeros), "verbose": 0}
    history = model.fit(zeros, zeros, callbacks=[Script(keys, rows), *callbacks, recorder], **options)
    weight = model.get_weights()[0]
    return {"history": history_of(history), "rates": np.array(rates), "weight": weight}


def moments(kind, names):
    """Which of the named methods of callbacks are called, in order: each one's place in the list of names, and its number.

    Of fit, evaluate and predict with a callback of the kind; or of a loop of one's own over a list of two, whose second
    callback is counted from 1,000.
    """
    told = []

    def is_numbered(name):
        return "batch" in name or "epoch" in name

    def hooks(offset=0):
        def hear(place):
            numbered = is_numbered(names[place])
            return lambda *args, **_: told.append([place + offset, args[0] if numbered else -1])

        return {f"on_{name}": hear(place) for place, name in enumerate(names)}

    def recorder(offset=0):
        methods = {name: staticmethod(hook) for name, hook in hooks(offset).items()}
        return type("Recorder", (keras.callbacks.Callback,), methods)()

    if kind == "CallbackList":
        both = keras.callbacks.CallbackList([recorder(), recorder(1000)])
        for name in names:
            getattr(both, f"on_{name}")(*([0] if is_numbered(name) else []))
        return {"moments": np.array(told, np.int32)}
    callback = recorder() if kind == "Callback" else keras.callbacks.LambdaCallback(**hooks())
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse", jit_compile=False)
    x = np.ones((4, 1))
    options = {"batch_size": 2, "verbose": 0, "callbacks": [callback]}
    model.fit(x, x, epochs=2, validation_data=(x, x), **options)
    model.evaluate(x, x, **options)
    model.predict(x, **options)
    return {"moments": np.array(told, np.int32)}


operations = {
    function.__name__: function
    for function in [
        *[versions, inventory, value, evaluate, layer, adapted, stateful, metric],
        *[optimizer, schedule, initializer, configs, train, fit, told, script, moments],
    ]
}


def answer(header, tensors):
    precision = header.get("precision", "float32")
    with computing_in(precision):
        request = decoder(tensors, precision)(header["request"])
        if header["operation"] in ("train", "fit"):
            request["precision"] = precision
        return operations[header["operation"]](**request)


if __name__ == "__main__":
    serve(answer)
