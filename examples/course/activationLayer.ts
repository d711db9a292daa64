// from tensorflow.keras.layers import Activation, Dense
import { layers, models } from 'gradus'

// model = keras.models.Sequential()
export const model = models.sequential()
// model.add(Dense(64, input_shape=(784,)))
model.add(layers.dense(64, { inputShape: [784] }))
// model.add(Activation("tanh"))
model.add(layers.activation('tanh'))
