// from functools import partial
// from tensorflow import keras
import { layers, models, regularizers } from 'gradus'

// RegularizedDense = partial(keras.layers.Dense,
//                            activation="elu",
//                            kernel_initializer="he_normal",
//                            kernel_regularizer=keras.regularizers.l2(0.01))
const regularizedDense = (units: number, options?: layers.DenseOptions) =>
  layers.dense(units, {
    activation: 'elu',
    kernelInitializer: 'he_normal',
    kernelRegularizer: regularizers.l2(0.01),
    ...options,
  })

// model = keras.models.Sequential([
export const model = models.sequential([
  // keras.layers.Flatten(input_shape=[28, 28]),
  layers.flatten({ inputShape: [28, 28] }),
  // RegularizedDense(300),
  regularizedDense(300),
  // RegularizedDense(100),
  regularizedDense(100),
  // RegularizedDense(10, activation="softmax", kernel_initializer="glorot_uniform")
  regularizedDense(10, { activation: 'softmax', kernelInitializer: 'glorot_uniform' }),
  // ])
])
