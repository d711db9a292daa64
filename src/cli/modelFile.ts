import { ArgumentError } from '../errors.js'
import { loadModel } from '../models/loadModel.js'
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
  return isBuiltIn(name) ? createLenet(seed) : openModelFile(name, `${builtIn.join(', ')} or `)
}

/**
 * The network in a model file.
 * @param others what else could stand in place of the file
 */
export async function openModelFile(path: string, others = ''): Promise<Model> {
  if (/(?<!\.weights)\.h5$|\.keras$/.test(path)) return loadModel(path)
  throw new ArgumentError(
    `'${path}': expected ${others}a model file that ends in .keras or .h5. ` +
      'Files of weights (.weights.h5, .safetensors) do not say what the network is.',
  )
}

/** Compiles a network whose file does not say what for: to tell classes apart. */
export function compileForClasses(model: Model): void {
  if (model.runState.compiled) return
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
}
