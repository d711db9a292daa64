// from tensorflow import keras
import { optimizers } from 'gradus'

// optimizer = keras.optimizers.Adagrad(learning_rate=0.001)
export const optimizer = optimizers.adagrad({ learningRate: 0.001 })
