"""Where Keras 3 on TensorFlow does not do what an optimizer's formula says.

The gradient of an embedding comes in parts, one for each token of the batch, and a token that occurs twice has two. Keras 3
squares the parts and adds up the squares, where Adam and its kin square the gradient, which is the sum of the parts. Keras 2
added them up first.
"""

import contextlib

from messages import keras, tf


@contextlib.contextmanager
def dense_gradients():
    """Optimizers are given each gradient as one tensor, whose parts are added up."""
    optimizer = keras.optimizers.Optimizer
    apply = optimizer.apply

    def apply_dense(self, grads, trainable_variables=None):
        dense = [tf.convert_to_tensor(grad) if isinstance(grad, tf.IndexedSlices) else grad for grad in grads]
        return apply(self, dense, trainable_variables)

    optimizer.apply = apply_dense
    try:
        yield
    finally:
        optimizer.apply = apply
