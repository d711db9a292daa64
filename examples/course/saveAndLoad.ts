// from tensorflow import keras
import { models } from 'gradus'

/** Writes a trained model into a file, and reads it back: layers, weights, and what it was compiled for. */
export async function saveAndLoad(trained: models.Sequential, path = 'my_keras_model.h5') {
  // model.save("my_keras_model.h5")
  await trained.save(path)
  // model = keras.models.load_model("my_keras_model.h5")
  const model = await models.loadModel(path)
  return model
}
