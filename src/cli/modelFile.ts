import { ArgumentError } from '../errors.js'
import { loadModel } from '../models/load.js'
import type { Model } from '../models/model.js'
import { createLenet } from './lenet.js'

/** Names of networks that are here without a file. */
const builtIn: readonly string[] = ['lenet']

export const isBuiltIn = (name: string): boolean => builtIn.includes(name)

/** What a model is called on the command line. */
export const modelHelp = 'lenet, or a model file (.keras or .h5)'

/**
 * A network by its name, or out of a model file.
 * @param seed fixes the initial weights of one that has no file
 */
export async function openModel(name: string, seed?: number): Promise<Model> {
  if (isBuiltIn(name)) return createLenet(seed)
  if (!/\.(keras|h5)$/.test(name)) {
    throw new ArgumentError(
      `'${name}': expected ${builtIn.join(', ')} or a model file that ends in .keras or .h5. ` +
        'Files of weights (.weights.h5, .safetensors) do not say what the network is.',
    )
  }
  return (await loadModel(name)) as unknown as Model
}

/** Compiles a network whose file does not say what for: to tell classes apart. */
export function compileForClasses(model: Model): void {
  if (model.state.compiled) return
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
}
