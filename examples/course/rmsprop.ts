// from tensorflow import keras
import { optimizers } from 'gradus'

// optimizer = keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9)
export const optimizer = optimizers.rmsprop({ learningRate: 0.001, rho: 0.9 })
