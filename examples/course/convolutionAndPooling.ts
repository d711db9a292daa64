// from tensorflow.keras.layers import Conv2D, MaxPool2D, AvgPool2D, GlobalAvgPool2D
import { layers } from 'gradus'

// conv = Conv2D(filters=32, kernel_size=3, strides=1, padding="same", activation="relu")
export const conv = layers.conv2d(32, 3, { strides: 1, padding: 'same', activation: 'relu' })
// max_pool = MaxPool2D(pool_size=2)
export const maxPool = layers.maxPool2d(2)
// avg_pool = AvgPool2D(pool_size=2)
export const avgPool = layers.avgPool2d(2)
// global_avg_pool = GlobalAvgPool2D()
export const globalAvgPool = layers.globalAvgPool2d()
