import { reachable } from '../../graph/graph.js'
import type { Tensor } from '../../graph/tensor.js'
import type { AnyLayer } from '../../layers/layer.js'
import { flatTensors, type Tensors } from '../../layers/tensors.js'
import { abs } from '../../ops/abs.js'
import { cast } from '../../ops/cast.js'
import { max } from '../../ops/max.js'
import type { DataSource } from '../dataSource.js'
import type { AnyModel } from '../model.js'
import type { ModelData } from '../modelData.js'
import { onFirstSamples } from './firstSamples.js'
import { warn } from './warn.js'

/** How many elements are looked at. */
const ELEMENTS = 4096
/** Bytes of pictures reach beyond half of their range. */
const LARGE = 127

/** Layers for which the scale of their input does not matter: it is taken away, or the input is a number of a row. */
const anyScale = /Normalization$|^Embedding$/

/**
 * Warns if bytes, whole numbers up to 255, reach the first weights of an untrained model as they are. What the model does with
 * them before, such as rescaling, counts: the first samples are computed up to these weights.
 */
export async function checkScaling(model: AnyModel, data: ModelData): Promise<void> {
  const { runState: state } = model
  if (state.scalingChecked || state.isTrained || model.trainableWeights.some(({ version }) => version > 0))
    return
  state.scalingChecked = true
  if (!data.x.some(looksLikeBytes)) return
  const found = await largestInput(model, data)
  if (!found) return
  warn(
    `${model.title}: layer '${found.layer.name}' (${found.layer.className}) receives numbers up to ${found.value}, which look like bytes. An untrained ` +
      'network learns badly from them. Put layers.rescaling(1 / 255) first, or scale the data. (To silence: ' +
      'compile({ guards: { scaling: false } }).)',
  )
}

function looksLikeBytes({ data }: DataSource): boolean {
  const stride = Math.max(1, Math.floor(data.length / ELEMENTS))
  let largest = 0
  for (let i = 0; i < data.length; i += stride) {
    const value = data[i]
    if (!(value >= 0 && value <= 255 && Number.isInteger(value))) return false
    if (value > largest) largest = value
  }
  return largest > LARGE
}

interface Reached {
  readonly layer: AnyLayer
  readonly value: number
}

/** The first layer with weights that sees large numbers, among those that see nothing computed with weights. */
async function largestInput(model: AnyModel, data: ModelData): Promise<Reached | undefined> {
  const entries: { readonly layer: AnyLayer; readonly input: Tensor }[] = []
  const enter = (layer: AnyLayer, inputs: Tensors) => {
    if (layer.weights.length === 0 || layer.sublayers().length > 0 || anyScale.test(layer.className)) return
    for (const input of flatTensors(inputs)) {
      if (!reachable([input]).some(({ type }) => type === 'variable')) entries.push({ layer, input })
    }
  }
  const largest = () => entries.map(({ input }) => max(abs(cast(input, 'float32'))))
  const values = await onFirstSamples(model, data, largest, { enter })
  const at = values.findIndex(([value]) => value > LARGE)
  return at < 0 ? undefined : { layer: entries[at].layer, value: values[at][0] }
}
