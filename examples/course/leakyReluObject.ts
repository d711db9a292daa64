// from tensorflow import keras
import { layers } from 'gradus'

// leaky_relu = keras.layers.LeakyReLU(negative_slope=0.2)
const leakyRelu = layers.leakyRelu(0.2)
// layer = keras.layers.Dense(10, activation=leaky_relu, kernel_initializer="he_normal")
export const layer = layers.dense(10, { activation: leakyRelu, kernelInitializer: 'he_normal' })
