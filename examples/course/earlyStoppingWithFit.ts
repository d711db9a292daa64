// from tensorflow import keras
import { callbacks, type models } from 'gradus'

/** Ends training when the validation loss was no better for 10 epochs, with the weights of the best one. */
export function train(
  model: models.Sequential,
  [xTrain, yTrain]: readonly [number[][], number[]],
  [xValid, yValid]: readonly [number[][], number[]],
) {
  // early_stopping_cb = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
  const earlyStoppingCb = callbacks.earlyStopping({ patience: 10, restoreBestWeights: true })
  return model.fit(
    // history = model.fit(X_train, y_train, epochs=100,
    xTrain,
    yTrain,
    {
      epochs: 100,
      //                     validation_data=(X_valid, y_valid),
      validationData: [xValid, yValid],
      //                     callbacks=[early_stopping_cb])
      callbacks: [earlyStoppingCb],
    },
  )
}
