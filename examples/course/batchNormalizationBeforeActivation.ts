// from tensorflow.keras.layers import Activation, BatchNormalization, Dense
import { layers, models } from 'gradus'

// model = keras.models.Sequential()
export const model = models.sequential()
// model.add(Dense(64, input_shape=(784,), use_bias=False))
model.add(layers.dense(64, { inputShape: [784], useBias: false }))
// model.add(BatchNormalization())
model.add(layers.batchNormalization())
// model.add(Activation("relu"))
model.add(layers.activation('relu'))
