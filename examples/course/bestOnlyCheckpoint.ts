// from tensorflow import keras
import { callbacks, models } from 'gradus'

export type Samples = readonly [x: readonly (readonly number[])[], y: readonly number[]]

/** Saves the model when it is better than before, and gives the best one in the end. */
export async function train(
  trained: models.Sequential,
  [xTrain, yTrain]: Samples,
  [xValid, yValid]: Samples,
  path = 'my_keras_model.h5',
) {
  // checkpoint_cb = keras.callbacks.ModelCheckpoint("my_keras_model.h5", save_best_only=True)
  const checkpointCb = callbacks.modelCheckpoint(path, { saveBestOnly: true })
  const history = await trained.fit(
    // history = model.fit(X_train, y_train, epochs=10,
    xTrain,
    yTrain,
    {
      epochs: 10,
      //                     validation_data=(X_valid, y_valid),
      validationData: [xValid, yValid],
      //                     callbacks=[checkpoint_cb])
      callbacks: [checkpointCb],
    },
  )
  // model = keras.models.load_model("my_keras_model.h5")  # roll back to the best model
  const model = await models.loadModel(path)
  return { model, history }
}
