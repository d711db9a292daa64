// from tensorflow import keras
import { optimizers } from 'gradus'

// optimizer = keras.optimizers.SGD(lr=0.01, decay=1e-4)
export const optimizer = optimizers.sgd({ lr: 0.01, decay: 1e-4 })

// The schedule itself, as Keras 3 and Gradus write it.
// schedule = keras.optimizers.schedules.InverseTimeDecay(0.01, decay_steps=1, decay_rate=1e-4)
const schedule = optimizers.schedules.inverseTimeDecay(0.01, 1, 1e-4)
// optimizer = keras.optimizers.SGD(learning_rate=schedule)
export const scheduled = optimizers.sgd({ learningRate: schedule })
