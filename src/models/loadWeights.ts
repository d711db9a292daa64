import { ArgumentError, StateError } from '../errors.js'
import { isHdf5, openHdf5 } from '../saving/hdf5/openHdf5.js'
import { readKerasArchive } from '../saving/kerasArchive.js'
import { holdsLegacyWeights, legacyWeights } from '../saving/legacyH5.js'
import { decodeSafetensors } from '../saving/safetensors.js'
import { isZip } from '../saving/zip.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { bytesFrom, type FileSource } from './fileSource.js'
import { loadKerasWeights } from './kerasWeights.js'
import { loadLegacyWeights } from './legacyWeights.js'
import type { AnyModel } from './model.js'
import { loadNamedWeights } from './namedWeights.js'

export interface LoadWeightsOptions {
  /**
   * Whether layers whose weights in the file do not fit, or that the file does not have, stay as they are, with a warning that names them: as
   * for a model with another last layer. Default: false.
   */
  readonly skipMismatch?: boolean
  /** Of an older `.h5` file: whether layers are found by their names, and others stay as they are; else by their order. Default: false. */
  readonly byName?: boolean
}

const loadWeightsOptions: OptionKeys<LoadWeightsOptions> = { skipMismatch: true, byName: true }

/**
 * Gives a model the weights in a file, of any form that Keras or Gradus writes: `.weights.h5`, `.keras`, `.h5` of a model or of its
 * weights, or safetensors; with the optimizer's state where there is one in it that is the model's own. See `Model.loadWeights`.
 */
export async function loadWeights(
  model: AnyModel,
  source: FileSource,
  options: LoadWeightsOptions = {},
): Promise<void> {
  checkOptions(options, 'loadWeights', '{ skipMismatch: true }', loadWeightsOptions)
  if (!model.built) {
    throw new StateError(
      `${model.title} is not built, so it has no weights to replace. Call it on data, call build(inputShape), or start it with ` +
        'layers.input(shape).',
    )
  }
  const { bytes, file } = await bytesFrom(source)
  // What a name promises is what a file is taken for that does not begin as any.
  if (isZip(bytes) || (file.endsWith('.keras') && !isHdf5(bytes))) {
    refuseNames(options, file)
    const { readWeights } = await readKerasArchive(bytes, file)
    return loadKerasWeights(model, await readWeights(), `${file}: model.weights.h5`, options)
  }
  if (!isHdf5(bytes) && !/\.(h5|hdf5)$/.test(file)) {
    refuseNames(options, file)
    return loadNamedWeights(model, decodeSafetensors(bytes, file).arrays, file, options)
  }
  const root = await openHdf5(bytes, file)
  if (holdsLegacyWeights(root)) {
    return loadLegacyWeights(model, legacyWeights(root, file), undefined, file, options)
  }
  refuseNames(options, file)
  return loadKerasWeights(model, root, file, options)
}

/** Newer files know layers by their places in the model, whatever they are called. */
function refuseNames({ byName }: LoadWeightsOptions, file: string): void {
  if (!byName) return
  throw new ArgumentError(
    `loadWeights: expected an older .h5 file with byName, whose layers have names; ${file} has the places of layers in the model. Leave ` +
      'byName out: with skipMismatch the layers are taken that fit.',
  )
}
