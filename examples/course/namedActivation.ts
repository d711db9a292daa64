// from tensorflow import keras
import { layers } from 'gradus'

// layer = keras.layers.Dense(10, activation="relu", kernel_initializer="he_normal")
export const layer = layers.dense(10, { activation: 'relu', kernelInitializer: 'he_normal' })
