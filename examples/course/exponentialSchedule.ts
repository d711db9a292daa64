// from tensorflow import keras
import { callbacks, type models } from 'gradus'

// def exponential_decay(lr0, s):
export function exponentialDecay(lr0: number, s: number) {
  //     def exponential_decay_fn(epoch):
  //         return lr0 * 0.1 ** (epoch / s)
  //     return exponential_decay_fn
  return (epoch: number) => lr0 * 0.1 ** (epoch / s)
}

/** Trains with a rate that is a tenth after every 20 epochs. */
export function train(model: models.Sequential, x: number[][], y: number[], epochs: number) {
  // exponential_decay_fn = exponential_decay(lr0=0.01, s=20)
  const exponentialDecayFn = exponentialDecay(0.01, 20)
  // lr_scheduler = keras.callbacks.LearningRateScheduler(exponential_decay_fn)
  const lrScheduler = callbacks.learningRateScheduler(exponentialDecayFn)
  // history = model.fit(X_train, y_train, epochs=epochs, callbacks=[lr_scheduler])
  return model.fit(x, y, { epochs, callbacks: [lrScheduler] })
}
