import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { contextFor, inContext } from '../layers/callContext.js'
import type { CallOptions, Layer } from '../layers/index.js'
import { withMask } from '../layers/masks.js'
import { flatTensors, isTensor, type Tensors } from '../layers/tensors.js'
import { add, gradients, multiply, sum } from '../ops/index.js'
import { compareAll, type Measurement, type Named } from './compare.js'
import { compareConfigs } from './configs.js'
import { asGradus, convertSettings, makeObject } from './gradusSide.js'
import { HostTensor } from './hostTensor.js'
import type { KerasObject, Settings } from './kerasObject.js'
import type { KerasPeer, Precision } from './kerasPeer.js'
import { floats, Samples } from './samples.js'
import { runTraced } from './traced.js'

/** Random functions of Keras's backend, which can be made to give a tensor that is sent. */
export type RandomFunction = 'dropout' | 'normal' | 'uniform'

/** Calls the layer of a comparison, with options besides its own. */
export type RandomCall = (inputs: readonly Tensor[], options?: CallOptions) => readonly Tensor[]

/** What random functions gave. */
export type Drawn = Readonly<Partial<Record<RandomFunction, Tensor | readonly Tensor[]>>>

/** One call of a layer. */
export interface LayerComparison {
  readonly keras: KerasObject
  /** Gradus's layer. Default: made from the same settings. */
  readonly layer?: Layer
  /** One tensor, or a list for layers that take several. */
  readonly inputs: HostTensor | readonly HostTensor[]
  /** Keyword arguments of the call: `training`, `mask`. */
  readonly call?: Settings
  /**
   * How Keras takes several inputs: as a list, one by one, or the first as input and the others as `initial_state`. Gradus
   * takes a list. Default: `'list'`.
   */
  readonly arrangement?: 'list' | 'spread' | 'states'
  /** Whether configs are compared; not those of functions. Default: true. */
  readonly hasConfig?: boolean
  /**
   * For a random layer: what its random functions gave on Gradus's side, found out by calling the layer, to be injected into
   * Keras, so that both sides use the same masks or noise. Of a list, each call of Keras's function takes the next.
   */
  readonly random?: (inputs: readonly Tensor[], call: RandomCall) => Drawn
}

interface Reply {
  readonly outputs: readonly HostTensor[]
  readonly inputGradients: readonly HostTensor[]
  readonly weightGradients: readonly HostTensor[]
  readonly weights: readonly HostTensor[]
}

/** A layer's call as Gradus allows it, whatever it takes and gives. */
type LayerCall = (inputs: Tensors, options?: CallOptions) => Tensors

/** Compares a layer's outputs, gradients of inputs and weights, weights that the call changes, and config. */
export async function compareLayer(peer: KerasPeer, comparison: LayerComparison): Promise<Measurement[]> {
  const { keras, inputs, call } = comparison
  const layer = comparison.layer ?? (makeObject(keras) as Layer)
  const given = isList(inputs) ? inputs : [inputs]
  const arranged = (tensors: readonly Tensor[]) => (isList(inputs) ? tensors : tensors[0])
  const { mask, ...rest } = call ?? {}
  const options = convertSettings(rest) as CallOptions
  const terms: Tensor[] = []
  const callLayer = (tensors: Tensors, others?: CallOptions): readonly Tensor[] => {
    // Keras takes a mask as an argument; in Gradus it goes with the values.
    if (mask instanceof HostTensor)
      for (const tensor of flatTensors(tensors)) withMask(tensor, asGradus(mask))
    const all = { ...options, ...others }
    const context = { ...contextFor(all), losses: { add: (term: Tensor) => void terms.push(term) } }
    return inContext(context, () => flatTensors((layer as unknown as LayerCall)(tensors, all)))
  }
  // The first call makes the weights.
  callLayer(arranged(given.map(asGradus)))
  const weights = weightsFor(layer)
  await layer.setWeights(weights.map(asGradus))

  const floatInputs = given.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []))
  const trainable = layer.trainableWeights
  const cotangents: HostTensor[] = []
  const counts = { outputs: 0, random: [] as (readonly [name: RandomFunction, count: number | undefined])[] }
  const results = await runTraced(given, (...parameters) => {
    terms.length = 0
    const outputs = callLayer(arranged(parameters))
    const differentiable = outputs.filter(({ dtype }) => dtype === 'float32')
    cotangents.push(...differentiable.map(({ shape }, i) => new Samples(20 + i).uniform(shape, 0.5, 1.5)))
    const objective = [
      ...differentiable.map((output, i) => sum(multiply(output, asGradus(cotangents[i])))),
      ...terms,
      ...layer.regularizationLosses(),
    ].reduce((a, b) => add(a, b))
    const drawn = comparison.random?.(parameters, (tensors, others) => callLayer(arranged(tensors), others))
    const injected = Object.entries(drawn ?? {}) as [RandomFunction, Tensor | readonly Tensor[]][]
    counts.outputs = outputs.length
    counts.random = injected.map(([name, tensors]) => [name, isTensor(tensors) ? undefined : tensors.length])
    const targets = [...floatInputs.map((i) => parameters[i]), ...trainable]
    const slopes = targets.length > 0 ? gradients(objective, targets) : []
    return [...outputs, ...slopes, ...injected.flatMap(([, tensors]) => tensors)]
  })
  const outputs = results.splice(0, counts.outputs)
  const slopes = results.splice(0, floatInputs.length + trainable.length)
  const inject = Object.fromEntries(
    counts.random.map(([name, count]) => {
      const drawn = results.splice(0, count ?? 1)
      return [name, count === undefined ? drawn[0] : drawn]
    }),
  )

  const names = layer.weights.map(({ name }, i) => `${name.slice(name.lastIndexOf('/') + 1)} (weight ${i})`)
  const isTrainable = layer.weights.map((weight) => trainable.includes(weight))
  const named = (reply: Reply): Named => ({
    ...Object.fromEntries(reply.outputs.map((output, i) => [`output ${i}`, output])),
    ...Object.fromEntries(
      reply.inputGradients.map((slope, i) => [`gradient of input ${floatInputs[i]}`, slope]),
    ),
    ...Object.fromEntries(
      reply.weightGradients.map((slope, i) => [
        `gradient of ${names.filter((_, k) => isTrainable[k])[i]}`,
        slope,
      ]),
    ),
    ...Object.fromEntries(
      reply.weights.flatMap((weight, i) => (isTrainable[i] ? [] : [[`${names[i]} afterwards`, weight]])),
    ),
  })
  const received = named({
    outputs,
    inputGradients: slopes.slice(0, floatInputs.length),
    weightGradients: slopes.slice(floatInputs.length),
    weights: await Promise.all(layer.weights.map(valuesOf)),
  })
  const request = {
    layer: keras,
    inputs,
    weights,
    kwargs: call,
    cotangents,
    inject,
    arrangement: comparison.arrangement ?? 'list',
  }
  const ask = (precision: Precision) => peer.ask<Reply>('layer', request, precision)
  const reply = await ask('float32')
  const measured = await compareAll(received, named(reply), async () => named(await ask('float64')))
  return comparison.hasConfig === false ? measured : [...measured, await compareConfigs(peer, keras, layer)]
}

const isList = (inputs: LayerComparison['inputs']): inputs is readonly HostTensor[] => Array.isArray(inputs)

const valuesOf = async (weight: Variable): Promise<HostTensor> => floats(weight.shape, await weight.data())

/** Weights of ordinary size; variances and scales are positive. */
function weightsFor(layer: Layer): HostTensor[] {
  const samples = new Samples(19)
  return layer.weights.map(({ name, shape }) =>
    /variance|gamma|scale/.test(name) ? samples.uniform(shape, 0.5, 1.5) : samples.normal(shape, 0.5),
  )
}
