// from tensorflow import keras
import { layers, models } from 'gradus'

// model = keras.models.Sequential([
export const model = models.sequential([
  // keras.layers.Flatten(input_shape=[28, 28]),
  layers.flatten({ inputShape: [28, 28] }),
  // keras.layers.BatchNormalization(),
  layers.batchNormalization(),
  // keras.layers.Dense(300, activation="elu", kernel_initializer="he_normal"),
  layers.dense(300, { activation: 'elu', kernelInitializer: 'he_normal' }),
  // keras.layers.BatchNormalization(),
  layers.batchNormalization(),
  // keras.layers.Dense(100, activation="elu", kernel_initializer="he_normal"),
  layers.dense(100, { activation: 'elu', kernelInitializer: 'he_normal' }),
  // keras.layers.BatchNormalization(),
  layers.batchNormalization(),
  // keras.layers.Dense(10, activation="softmax")
  layers.dense(10, { activation: 'softmax' }),
  // ])
])
