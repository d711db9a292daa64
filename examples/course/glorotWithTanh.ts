// from tensorflow import keras
import { layers } from 'gradus'

// layer = keras.layers.Dense(100, activation="tanh", kernel_initializer="glorot_uniform")
export const layer = layers.dense(100, { activation: 'tanh', kernelInitializer: 'glorot_uniform' })
