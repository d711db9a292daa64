import type { Tensor } from '../graph/tensor.js'
import { gradients, multiply, sum } from '../ops/index.js'
import type { Configurable } from '../utils/config.js'
import { compareAll, type Measurement, type Named } from './compare.js'
import { compareConfigs } from './configs.js'
import { asGradus } from './gradusSide.js'
import type { HostTensor } from './hostTensor.js'
import type { KerasObject, Settings } from './kerasObject.js'
import type { KerasPeer, Precision } from './kerasPeer.js'
import { floats, Samples } from './samples.js'
import { runTraced } from './traced.js'

/** A function of tensors, or an object called like one, on both sides. */
export interface FunctionComparison {
  readonly keras: KerasObject
  readonly gradus: (...inputs: Tensor[]) => Tensor
  readonly inputs: readonly HostTensor[]
  /** Keyword arguments of Keras's call. */
  readonly keywords?: Settings
  /** Whether Keras's function takes the inputs as one list. Default: false. */
  readonly takesList?: boolean
  /** Which inputs to compare gradients of. Default: none. */
  readonly differentiate?: readonly number[]
  /**
   * What the output is multiplied with before it is added up and differentiated: random numbers, or ones, which give the
   * derivative of an elementwise function itself. Default: random.
   */
  readonly cotangent?: 'random' | 'ones'
  /** Default: that of single ops. */
  readonly limit?: number
  /** Gradus's object, whose config is compared as well. */
  readonly object?: Configurable
  /** Judges in place of Keras in float64, where that has the same fault as Keras in float32. */
  readonly arbiter?: (float64: Float64Evaluation, cotangent: HostTensor) => Promise<Named>
}

/** Keras's function in float64, on inputs of the judge's choice. */
export type Float64Evaluation = (...inputs: HostTensor[]) => Promise<Evaluation>

/** What Keras answers. */
export interface Evaluation {
  readonly output: HostTensor
  readonly gradients: readonly HostTensor[]
}

/** Compares a function's output and gradients. */
export async function compareFunction(
  peer: KerasPeer,
  { keras, gradus, inputs, keywords, differentiate = [], ...options }: FunctionComparison,
): Promise<Measurement[]> {
  const cotangent = { value: floats([], [1]) }
  const [output, ...received] = await runTraced(inputs, (...parameters) => {
    const result = gradus(...parameters)
    cotangent.value = cotangentFor(result.shape, options.cotangent)
    const objective = sum(multiply(result, asGradus(cotangent.value)))
    const targets = differentiate.map((i) => parameters[i])
    return [result, ...(targets.length > 0 ? gradients(objective, targets) : [])]
  })
  const ask = (args: readonly HostTensor[], precision: Precision) =>
    peer.ask<Evaluation>(
      'evaluate',
      {
        target: keras,
        args,
        kwargs: keywords,
        differentiate,
        cotangent: cotangent.value,
        takes_list: options.takesList ?? false,
      },
      precision,
    )
  const named = (result: HostTensor, slopes: readonly HostTensor[]): Named => ({
    output: result,
    ...Object.fromEntries(slopes.map((slope, i) => [`gradient of input ${differentiate[i]}`, slope])),
  })
  const reply = await ask(inputs, 'float32')
  const arbiter = async () => {
    if (options.arbiter) return options.arbiter((...args) => ask(args, 'float64'), cotangent.value)
    const exact = await ask(inputs, 'float64')
    return named(exact.output, exact.gradients)
  }
  const measured = await compareAll(
    named(output, received),
    named(reply.output, reply.gradients),
    arbiter,
    options.limit,
  )
  return options.object ? [...measured, await compareConfigs(peer, keras, options.object)] : measured
}

function cotangentFor(shape: readonly number[], kind: 'random' | 'ones' = 'random'): HostTensor {
  return kind === 'ones'
    ? floats(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1))
    : new Samples(1).uniform(shape, 0.5, 1.5)
}
