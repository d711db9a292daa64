import { DataError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Variable } from '../graph/variable.js'
import type { FloatType } from '../layers/dtypePolicy.js'
import type { AnyLayer } from '../layers/layer.js'
import { type LegacyWeights, type NamedGroup, TOP_LEVEL } from '../saving/legacyH5.js'
import type { StoredArrays } from '../saving/storedArray.js'
import type { LoadWeightsOptions } from './loadWeights.js'
import type { AnyModel } from './model.js'
import { readArrays } from './modelState.js'
import { optimizerArrays, takeOptimizerState } from './optimizerState.js'
import { PendingValues } from './pendingValues.js'
import { typesInFiles } from './weightPaths.js'

/** The weights of a layer in the order of older files: all trainable ones, also of layers inside, then the others. */
const legacyOrder = (layer: AnyLayer): readonly Variable[] => [
  ...layer.trainableWeights,
  ...layer.nonTrainableWeights,
]

/** Weights of the model's own, outside of its layers. */
function ownWeights(model: AnyModel): readonly Variable[] {
  const own = new Set<Variable>(model.ownWeights)
  return legacyOrder(model as unknown as AnyLayer).filter((weight) => own.has(weight))
}

/** A copy of a model's weights as older files hold them: layer by layer, by the names of layers. */
export async function copyLegacyWeights(model: AnyModel) {
  const weights = new Map<string, StoredArrays>()
  const types = typesInFiles(model)
  const copies = model.layers.map(async (layer) => {
    const paths = weightNames(layer, layer.name)
    return [
      layer.name,
      await copy(legacyOrder(layer), types, (weight) => paths.get(weight) ?? weight.name),
    ] as const
  })
  const own = copy(ownWeights(model), types, ({ name }) => name)
  for (const [name, arrays] of await Promise.all(copies)) weights.set(name, arrays)
  return { weights, ownWeights: await own }
}

/** A copy of the optimizer's state, under names that differ. */
export async function copyLegacyOptimizer(model: AnyModel): Promise<StoredArrays | undefined> {
  const named = model.optimizer && (await optimizerArrays(model.optimizer, model.trainableWeights))
  return named && unique(named.map(({ name, array }) => [name, array] as const))
}

async function copy(
  variables: readonly Variable[],
  types: ReadonlyMap<Variable, FloatType>,
  nameOf: (variable: Variable) => string,
): Promise<StoredArrays> {
  const arrays = await readArrays(variables, types)
  return unique(variables.map((variable, i) => [nameOf(variable), arrays[i]] as const))
}

/** Things by their names, with a number where a name comes again. */
function unique<T>(named: readonly (readonly [string, T])[]): Map<string, T> {
  const found = new Map<string, T>()
  for (const [wanted, value] of named) {
    let name = wanted
    for (let n = 1; found.has(name); n++) name = `${wanted}_${n}`
    found.set(name, value)
  }
  return found
}

/** What weights are called: by the names of the layers around them, and their own. `bidirectional/forward_lstm/lstm_cell/kernel` */
function weightNames(layer: AnyLayer, path: string): Map<Variable, string> {
  const names = new Map<Variable, string>()
  for (const weight of layer.ownWeights) {
    // A wrapper may hold a weight of the layer inside as its own: that has the name of the inner layer.
    const own = weight.name.startsWith(`${layer.name}/`)
    names.set(weight, `${path}/${own ? weight.name.slice(layer.name.length + 1) : weight.name}`)
  }
  for (const inner of layer.sublayers()) {
    for (const [weight, name] of weightNames(inner, `${path}/${inner.name}`)) {
      if (!names.has(weight)) names.set(weight, name)
    }
  }
  return names
}

/** A layer, or the model itself, whose weights a file may hold. */
interface LegacyPlace {
  readonly name: string
  readonly title: string
  readonly weights: readonly Variable[]
}

/**
 * Gives a model the weights in an older file, as Keras does: layer by layer in order, whatever they are called; or by the names of layers,
 * where those that the file does not have stay as they are. After an error nothing has changed.
 * @param optimizer its state, if the file holds one
 * @throws DataError if the weights are not those of the model, naming layer, weight and shapes
 */
export async function loadLegacyWeights(
  model: AnyModel,
  stored: LegacyWeights,
  optimizer: NamedGroup | undefined,
  file: string,
  { skipMismatch, byName = false }: LoadWeightsOptions = {},
): Promise<void> {
  const places: readonly LegacyPlace[] = [
    ...model.layers.map((layer) => ({ name: layer.name, title: layer.title, weights: legacyOrder(layer) })),
    { name: TOP_LEVEL, title: model.title, weights: ownWeights(model) },
  ].filter(({ weights }) => weights.length > 0)
  const pending = new PendingValues(file, skipMismatch)
  for (const [group, { title, weights }] of byName
    ? pairsByName(model, places, stored, file)
    : pairsInOrder(model, places, stored, file)) {
    pending.take((values) => takeGroup(group, title, weights, values, file))
  }
  const state = optimizer && model.optimizer ? await takeState(model, optimizer, pending, file) : undefined
  pending.write()
  state?.()
  await model.optimizer?.synchronize()
}

type Pair = readonly [group: NamedGroup, place: LegacyPlace]

function pairsInOrder(
  model: AnyModel,
  places: readonly LegacyPlace[],
  stored: LegacyWeights,
  file: string,
): Pair[] {
  if (stored.length === places.length) return places.map((place, i) => [stored[i], place])
  throw new DataError(
    `${file}: holds weights of ${stored.length} layer(s) (${namesOf(stored)}), but ${model.title} has ${places.length} with weights ` +
      `(${places.map(({ title }) => title).join(', ')}). The model must be made as the saved one was; loadWeights(file, { byName: true }) ` +
      'takes the layers whose names agree.',
  )
}

function pairsByName(
  model: AnyModel,
  places: readonly LegacyPlace[],
  stored: LegacyWeights,
  file: string,
): Pair[] {
  const groups = new Map(stored.map((group) => [group.name, group]))
  const pairs = places.flatMap((place): Pair[] => {
    const group = groups.get(place.name)
    return group ? [[group, place]] : []
  })
  if (pairs.length > 0) return pairs
  throw new DataError(
    `${file}: holds weights of no layer that ${model.title} has: expected one of ${places.map(({ name }) => name).join(', ')}, found ` +
      `${namesOf(stored)}. Name the layers as they are named there, or leave byName out.`,
  )
}

const namesOf = (groups: LegacyWeights): string => groups.map(({ name }) => name).join(', ')

function takeGroup(
  { name, arrayNames, group }: NamedGroup,
  title: string,
  weights: readonly Variable[],
  values: PendingValues,
  file: string,
): void {
  if (arrayNames.length !== weights.length) {
    throw new DataError(
      `${file}: layer '${name}': expected ${weights.length} weight(s) for ${title}, found ${arrayNames.length}: ` +
        `${weights.map((weight) => `${weight.name} ${showShape(weight.shape)}`).join(', ')}. The model must be made as the saved one was.`,
    )
  }
  for (const [i, weight] of weights.entries()) {
    values.add(weight, group.array(arrayNames[i]), `${file}: layer '${name}': '${arrayNames[i]}'`)
  }
}

async function takeState(
  model: AnyModel,
  { arrayNames, group }: NamedGroup,
  pending: PendingValues,
  file: string,
) {
  const arrays = []
  // What stands before belongs to an optimizer that scales losses, around the one whose state follows.
  const begin = arrayNames.findIndex((name) => name.includes('dynamic_scale')) + 1
  for (const name of arrayNames.slice(begin)) {
    arrays.push({ name, array: group.array(name), where: `${file}: optimizer: '${name}'` })
  }
  return takeOptimizerState(model, arrays, pending, { file, isOwn: true })
}
