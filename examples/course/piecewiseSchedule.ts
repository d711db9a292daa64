// from tensorflow import keras
import { callbacks } from 'gradus'

// def piecewise_constant_fn(epoch):
function piecewiseConstantFn(epoch: number) {
  //     if epoch < 5:
  if (epoch < 5) {
    //         return 0.01
    return 0.01
    //     elif epoch < 15:
  } else if (epoch < 15) {
    //         return 0.005
    return 0.005
    //     else:
  } else {
    //         return 0.001
    return 0.001
  }
}

// lr_scheduler = keras.callbacks.LearningRateScheduler(piecewise_constant_fn)
export const lrScheduler = callbacks.learningRateScheduler(piecewiseConstantFn)
