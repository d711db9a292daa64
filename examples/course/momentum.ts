// from tensorflow import keras
import { optimizers } from 'gradus'

// optimizer = keras.optimizers.SGD(learning_rate=0.001, momentum=0.9)
export const optimizer = optimizers.sgd({ learningRate: 0.001, momentum: 0.9 })
