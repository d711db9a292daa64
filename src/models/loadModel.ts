import type { FileSource } from './fileSource.js'
import type { LoadOptions } from './load.js'
import type { AnyModel, Model } from './model.js'

/**
 * A model that was saved: by `model.save`, or by Keras as `.keras` or `.h5`, with its weights, compiled as it was, and with the
 * optimizer's state, so that training goes on (Keras's `load_model`). A state that does not fit the model is passed over with a warning, as
 * in Keras. A file is data: no code in it is run.
 *
 * @typeParam M what kind of model it is, where it is not one of one input and one output, as is taken for granted
 * @param source a path, or the bytes of a file
 * @throws DataError if the file is missing, cut off, damaged, of a newer form, or asks for what Gradus does not have; the message
 *   names the file and the place in it
 * @example const model = await models.loadModel('my_model.keras')
 * @example const model = await models.loadModel<models.Functional<Tensor[], Tensor>>('two_inputs.keras')
 */
export async function loadModel<M extends AnyModel = Model>(
  source: FileSource,
  options: LoadOptions = {},
): Promise<M> {
  // What reads files knows all layers: pages that read none do without it.
  const load = await import('./load.js')
  return (await load.loadModel(source, options)) as M
}
