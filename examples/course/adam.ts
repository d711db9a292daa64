// from tensorflow import keras
import { optimizers } from 'gradus'

// optimizer = keras.optimizers.Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999)
export const optimizer = optimizers.adam({ learningRate: 0.001, beta1: 0.9, beta2: 0.999 })
