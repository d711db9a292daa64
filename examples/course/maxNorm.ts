// from tensorflow import keras
import { constraints, layers } from 'gradus'

// layer = keras.layers.Dense(100, activation="elu", kernel_initializer="he_normal",
//                            kernel_constraint=keras.constraints.max_norm(1.))
export const layer = layers.dense(100, {
  activation: 'elu',
  kernelInitializer: 'he_normal',
  kernelConstraint: constraints.maxNorm(1),
})
