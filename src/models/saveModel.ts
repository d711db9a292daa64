import { ArgumentError, StateError } from '../errors.js'
import type { AnyLayer } from '../layers/layer.js'
import { serializeLayer } from '../layers/serializeLayer.js'
import { writeFile } from '../saving/files.js'
import { writeHdf5 } from '../saving/hdf5/writeHdf5.js'
import { writeJson } from '../saving/json.js'
import { writeKerasArchive } from '../saving/kerasArchive.js'
import { writeLegacyModel } from '../saving/legacyH5.js'
import { encodeSafetensors } from '../saving/safetensors.js'
import { sourceName } from '../saving/sourceNames.js'
import { joinBytes } from '../saving/storedArray.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { show } from '../utils/show.js'
import { compileConfig } from './compileConfig.js'
import type { ExportFormat } from './exportModel.js'
import { copyKerasWeights } from './kerasWeights.js'
import { trainingConfig } from './legacyCompile.js'
import { copyLegacyOptimizer, copyLegacyWeights } from './legacyWeights.js'
import type { AnyModel } from './model.js'
import { readVariables } from './modelState.js'
import { withSharedLayers } from './sharedLayers.js'
import { namedWeights, typesInFiles } from './weightPaths.js'

/** Files that hold a whole model: Keras 3's own, and the older one of Keras 1 and 2. */
export type ModelFormat = 'keras' | 'h5'

/** Files that hold weights alone: Keras 3's own, and safetensors. */
export type WeightsFormat = 'weights.h5' | 'safetensors'

export interface SaveOptions {
  /** Whether an existing file may be replaced. Default: true. */
  readonly overwrite?: boolean
  /** Whether what the model was compiled for is saved too, with the optimizer's state. Default: true. */
  readonly includeOptimizer?: boolean
}

const saveOptions: OptionKeys<SaveOptions> = { overwrite: true, includeOptimizer: true }

/** Makes the file of what was copied, piece by piece. May be called later, while training goes on. */
export type Snapshot = () => Promise<readonly Uint8Array[]>

/** A copy of what a file of this format holds of a model, as of now. */
export async function takeSnapshot(
  model: AnyModel,
  format: ModelFormat | WeightsFormat,
  { includeOptimizer = true }: Pick<SaveOptions, 'includeOptimizer'> = {},
): Promise<Snapshot> {
  if (!model.built) {
    throw new StateError(
      `${model.title} is not built, so there are no weights to save yet. Call it on data, call build(inputShape), or start it with ` +
        'layers.input(shape).',
    )
  }
  return snapshots[format](model, includeOptimizer)
}

/** What a model is made of, and what it was compiled for, as Keras writes it. */
function modelConfig(model: AnyModel, includeOptimizer: boolean): Config {
  const { compiled } = model.runState
  return {
    ...withSharedLayers(model, serializeLayer(model as unknown as AnyLayer), 'all'),
    ...(compiled && includeOptimizer && { compile_config: compileConfig(compiled) }),
  }
}

/** See `Model.toJson`. */
export const modelJson = (model: AnyModel): string => writeJson(modelConfig(model, true))

const snapshots: Record<
  ModelFormat | WeightsFormat,
  (model: AnyModel, includeOptimizer: boolean) => Promise<Snapshot>
> = {
  keras: async (model, includeOptimizer) => {
    const config = modelConfig(model, includeOptimizer)
    const weights = await copyKerasWeights(model, includeOptimizer)
    return async () => writeKerasArchive({ config, weights: await writeHdf5(weights) })
  },
  h5: async (model, includeOptimizer) => {
    const { compiled } = model.runState
    const serialized = serializeLayer(model as unknown as AnyLayer)
    const config = legacyObject(withSharedLayers(model, serialized, 'own'))
    const training = compiled && includeOptimizer ? trainingConfig(compileConfig(compiled)) : undefined
    const [layers, optimizer] = await Promise.all([
      copyLegacyWeights(model),
      training && copyLegacyOptimizer(model),
    ])
    return async () => writeLegacyModel({ config, training, ...layers, optimizer })
  },
  'weights.h5': async (model, includeOptimizer) => {
    const weights = await copyKerasWeights(model, includeOptimizer)
    return async () => writeHdf5(weights)
  },
  safetensors: async (model) => {
    const arrays = await readVariables(namedWeights(model), typesInFiles(model))
    return async () => encodeSafetensors({ arrays, metadata: { format: 'gradus' } })
  },
}

/** Objects in `.h5` files have a class and a config alone; what a model's layers hold is written as in newer files. */
function legacyObject(object: Config): Config {
  const { class_name, registered_name, config, name, inbound_nodes, shared_object_id } = object
  const { layers, ...settings } = config as Config
  return {
    class_name: registered_name ?? sourceName(String(class_name)),
    config: layers ? { ...settings, layers: (layers as Config[]).map(legacyObject) } : settings,
    ...(name !== undefined && { name }),
    ...(inbound_nodes !== undefined && { inbound_nodes }),
    ...(shared_object_id !== undefined && { shared_object_id }),
  }
}

/** Writes a model, or its weights, into a file of the format that the path's ending names. */
export async function saveFile(
  model: AnyModel,
  path: string,
  what: 'model' | 'weights',
  options: SaveOptions,
): Promise<void> {
  checkOptions(options, what === 'model' ? 'save' : 'saveWeights', '{ overwrite: false }', saveOptions)
  if (typeof path !== 'string') {
    const call = what === 'model' ? "save('model.keras')" : "saveWeights('model.weights.h5')"
    throw new ArgumentError(
      `${model.title}: expected the path of a file, such as ${call}, received ${show(path)}. Of a URL, give fileURLToPath(url).`,
    )
  }
  const format = what === 'model' ? modelFormat(path) : weightsFormat(path)
  const snapshot = await takeSnapshot(model, format, options)
  await writeFile(path, await snapshot(), { overwrite: options.overwrite })
}

/** The file of a format, as bytes. */
export async function toBytes(
  model: AnyModel,
  format: ModelFormat | WeightsFormat | ExportFormat,
  options: Pick<SaveOptions, 'includeOptimizer'>,
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions(options, 'toBytes', '{ includeOptimizer: false }', { ...saveOptions, overwrite: false })
  oneOf(format, [...formats, 'onnx'], 'toBytes: format')
  if (format === 'onnx') {
    const { onnxFile } = await import('./exportModel.js')
    return joinBytes(await onnxFile(model))
  }
  return joinBytes(await (await takeSnapshot(model, format, options))())
}

const formats: readonly (ModelFormat | WeightsFormat)[] = ['keras', 'h5', 'weights.h5', 'safetensors']

function modelFormat(path: string): ModelFormat {
  if (path.endsWith('.keras')) return 'keras'
  if (/(?<!\.weights)\.(h5|hdf5)$/.test(path)) return 'h5'
  throw new ArgumentError(
    `save: expected a path that ends in .keras or .h5, received '${path}'. Weights alone are written by saveWeights(...).`,
  )
}

function weightsFormat(path: string): WeightsFormat {
  if (path.endsWith('.weights.h5')) return 'weights.h5'
  if (path.endsWith('.safetensors')) return 'safetensors'
  throw new ArgumentError(
    `saveWeights: expected a path that ends in .weights.h5 or .safetensors, received '${path}'. A whole model is written by save(...).`,
  )
}
