import { DataError } from '../errors.js'
import type { Config } from '../utils/config.js'
import { emptyTree, groupAt, type Hdf5Tree } from './hdf5/hdf5Tree.js'
import { type Hdf5Group, openHdf5 } from './hdf5/openHdf5.js'
import { writeHdf5 } from './hdf5/writeHdf5.js'
import { readJson, writeJson } from './json.js'
import { checkVersion, KERAS_VERSION } from './kerasVersion.js'
import { currentConfig } from './olderConfig.js'
import type { StoredArrays } from './storedArray.js'

/** What an older whole-model `.h5` file holds. */
export interface LegacyModel {
  readonly config: Config
  /** What the model was compiled for. */
  readonly training: Config | undefined
  readonly weights: LegacyWeights
  readonly optimizer: NamedGroup | undefined
}

/** The weights of a model's layers, in the order of the layers. */
export type LegacyWeights = readonly NamedGroup[]

/** Arrays under their names, in the order in which `weight_names` lists them. */
export interface NamedGroup {
  /** Of the layer, or of what else the arrays belong to. */
  readonly name: string
  readonly arrayNames: readonly string[]
  readonly group: Hdf5Group
}

export const TOP_LEVEL = 'top_level_model_weights'

/** Whether an HDF5 file holds weights layer by layer, as Keras 1 and 2 wrote them: alone, or inside of a whole model. */
export const holdsLegacyWeights = (root: Hdf5Group): boolean =>
  root.texts('layer_names') !== undefined || root.group('model_weights') !== undefined

/**
 * Reads a whole model that Keras 1, 2 or 3 wrote as `.h5`.
 * @param bytes handed over; see `openHdf5`
 * @param file what errors call it
 * @throws DataError if the file is damaged, holds weights only, or is of a newer form
 */
export async function readLegacyModel(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<LegacyModel> {
  const root = await openHdf5(bytes, file)
  const version = root.text('keras_version')
  checkVersion(version, file)
  const config = root.text('model_config')
  if (config === undefined) {
    throw new DataError(
      `${file}: holds no model, only weights, or something else. Make the model as it was made for the file, then call ` +
        'model.loadWeights(...).',
    )
  }
  const json = (text: string, attribute: string) =>
    currentConfig(readJson(text, `${file}: ${attribute}`), version)
  const training = root.text('training_config')
  const optimizer = root.group('optimizer_weights')
  return {
    config: json(config, 'model_config'),
    training: training === undefined ? undefined : json(training, 'training_config'),
    weights: legacyWeights(root, file),
    optimizer: optimizer && namedGroup('optimizer', optimizer),
  }
}

/** The weights in a file, layer by layer; layers without weights are left out. Those of the model itself come last. */
export function legacyWeights(root: Hdf5Group, file: string): LegacyWeights {
  const group = root.group('model_weights') ?? root
  const names = group.texts('layer_names')
  if (names === undefined)
    throw new DataError(`${file}: does not list its layers ('layer_names'). The file is damaged.`)
  const groups = [...names, ...(group.group(TOP_LEVEL) ? [TOP_LEVEL] : [])].map((name) => {
    const layer = group.group(name)
    if (layer) return namedGroup(name, layer)
    throw new DataError(`${file}: lists a layer '${name}', but holds no weights of it. The file is damaged.`)
  })
  return groups.filter(({ arrayNames }) => arrayNames.length > 0)
}

const namedGroup = (name: string, group: Hdf5Group): NamedGroup => ({
  name,
  arrayNames: group.texts('weight_names') ?? [],
  group,
})

/** What is written of a whole model. */
export interface LegacyModelToWrite {
  readonly config: Config
  readonly training: Config | undefined
  /** Of each layer, with and without weights, the arrays by their names. */
  readonly weights: ReadonlyMap<string, StoredArrays>
  /** Weights of the model itself, outside of its layers. */
  readonly ownWeights: StoredArrays
  readonly optimizer: StoredArrays | undefined
}

/** A whole model as an older `.h5` file, piece by piece. */
export function writeLegacyModel(model: LegacyModelToWrite): Promise<Uint8Array<ArrayBuffer>[]> {
  const { config, training, weights, ownWeights, optimizer } = model
  const layers = [...weights, [TOP_LEVEL, ownWeights] as const]
  const versions = { backend: 'tensorflow', keras_version: KERAS_VERSION }
  return writeHdf5({
    attributes: {
      ...versions,
      model_config: writeJson(config),
      ...(training && { training_config: writeJson(training) }),
    },
    members: new Map<string, Hdf5Tree>([
      [
        'model_weights',
        {
          attributes: { ...versions, layer_names: [...weights.keys()] },
          members: new Map(layers.map(([name, arrays]) => [name, arrayTree(arrays)])),
        },
      ],
      ...(optimizer ? [['optimizer_weights', arrayTree(optimizer)] as const] : []),
    ]),
  })
}

/** Arrays at their names, of which the parts between slashes are groups. */
function arrayTree(arrays: StoredArrays): Hdf5Tree {
  const root = emptyTree({ weight_names: [...arrays.keys()] })
  for (const [path, array] of arrays) {
    const end = path.lastIndexOf('/')
    groupAt(root, path.slice(0, Math.max(end, 0))).members.set(path.slice(end + 1), array)
  }
  return root
}
