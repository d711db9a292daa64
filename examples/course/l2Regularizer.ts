// from tensorflow.keras import layers, regularizers
import { layers, regularizers } from 'gradus'

// layer = layers.Dense(100, activation="elu", kernel_initializer="he_normal",
//                      kernel_regularizer=regularizers.l2(0.01))
export const layer = layers.dense(100, {
  activation: 'elu',
  kernelInitializer: 'he_normal',
  kernelRegularizer: regularizers.l2(0.01),
})
