// from tensorflow import keras
import { callbacks, type models } from 'gradus'

/** Saves the model after each epoch. */
export function train(
  model: models.Sequential,
  xTrain: readonly (readonly number[])[],
  yTrain: readonly number[],
  path = 'my_keras_model.h5',
) {
  // checkpoint_cb = keras.callbacks.ModelCheckpoint("my_keras_model.h5")
  const checkpointCb = callbacks.modelCheckpoint(path)
  // history = model.fit(X_train, y_train, epochs=10, callbacks=[checkpoint_cb])
  return model.fit(xTrain, yTrain, { epochs: 10, callbacks: [checkpointCb] })
}
