"""Keras, of whichever version this environment has, writing model files for Gradus and reading those of Gradus."""

import contextlib
import os

import h5py
from dense_gradients import dense_gradients
from messages import decoder, keras, np, serve, tf, versions

from file_models import models

is_keras_3 = not keras.__version__.startswith("2.")

# Models this small are done before they would be traced.
tf.config.run_functions_eagerly(True)


def batch_of(data, step, steps):
    """The rows of one of so many batches that lie one behind the other."""
    if isinstance(data, dict):
        return {key: batch_of(rows, step, steps) for key, rows in data.items()}
    if isinstance(data, list):
        return [batch_of(rows, step, steps) for rows in data]
    size = len(data) // steps
    return data[step * size : (step + 1) * size]


def predictions(model, x):
    """Of each output; those with names in the order of the names."""
    found = model.predict_on_batch(x)
    if isinstance(found, dict):
        found = [found[name] for name in sorted(found)]
    return found if isinstance(found, list) else [found]


def train(model, x, y, numbers, steps):
    """Losses of the steps of these numbers, each before its update."""
    losses = []
    for number in numbers:
        model.reset_metrics()
        batch = [batch_of(x, number, steps), batch_of(y, number, steps)]
        with dense_gradients() if is_keras_3 else contextlib.nullcontext():
            losses.append(model.train_on_batch(*batch, return_dict=True)["loss"])
    return np.array(losses, np.float64)


def write(model, folder, forms, x, y, before, after):
    """Trains a model, writes it in the forms asked for, and trains it further: what it gave at the time, and then."""
    keras.utils.set_random_seed(7)
    made = models[model]()
    train(made, x, y, range(before), before + after)
    # `.h5` last: in Keras 3 writing it takes the optimizer out of what the model says of its compilation.
    for form in sorted(forms, key=lambda form: form == ".h5"):
        path = os.path.join(folder, f"model{form}")
        if form == ".weights.h5":
            made.save_weights(path)
        else:
            made.save(path)
    return state_of(made, x, y, before, after)


def read(path, x, y, before, after):
    """What a model in a file gives, and what it becomes by training."""
    model = keras.models.load_model(path)
    restore_optimizer(model, path)
    return state_of(model, x, y, before, after)


def restore_optimizer(model, path):
    """Keras 3 forgets an optimizer's state in `.h5` files: it builds the optimizer for the variables that the model has
    beside its layers', of which there are none, and can then train no more. Here is what it means to do.
    """
    if len(model.optimizer.variables) >= len(model.trainable_variables) or not path.endswith(".h5"):
        return
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    optimizer.build(model.trainable_variables)
    with h5py.File(path) as file:
        group = file["optimizer_weights"]
        optimizer.set_weights([group[name][()] for name in group.attrs["weight_names"]])
    model.optimizer = optimizer


def read_weights(model, path, x, y, before, after):
    """What a model of Keras's own gives with weights from a file."""
    made = models[model]()
    # A chain without an input layer has weights only now.
    made.predict_on_batch(batch_of(x, 0, before + after))
    made.load_weights(path)
    return {"predictions": predictions(made, batch_of(x, 0, before + after))}


def state_of(model, x, y, before, after):
    steps = before + after
    sample = batch_of(x, 0, steps)
    at_first = predictions(model, sample)
    losses = train(model, x, y, range(before, steps), steps)
    return {
        "predictions": at_first,
        "losses": losses,
        "weights": [np.array(weight) for weight in model.get_weights()],
        "predictionsAfter": predictions(model, sample),
    }


operations = {function.__name__: function for function in [versions, write, read, read_weights]}


def answer(header, tensors):
    return operations[header["operation"]](**decoder(tensors)(header["request"]))


if __name__ == "__main__":
    serve(answer)
