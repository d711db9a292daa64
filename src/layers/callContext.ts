import type { Tensor } from '../graph/tensor.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { tensor } from '../ops/tensor.js'
import { drawKey } from '../utils/randomSeed.js'
import type { AnyLayer } from './layer.js'
import type { Tensors } from './tensors.js'

export interface CallOptions {
  /** Whether layers behave as in training (dropout drops). Default: as the layer around, else false. */
  readonly training?: boolean
}

/** Hands out keys for random ops, each once. */
export interface RandomKeys {
  /** A fresh int32 key of shape [2]; with a seed, one that depends on that seed and not on the model's. */
  next(seed?: number): Tensor
}

/** Takes what layers add to the model's loss: activity penalties, and terms of `addLoss`. */
export interface LossTerms {
  /**
   * Takes a float32 scalar.
   * @param leavesOutPadding whether samples that are padding have no part in it. Default: false
   */
  add(term: Tensor, leavesOutPadding?: boolean): void
  /** In a padded batch: 1 or 0 for each sample, and how many count. Absent: all count. */
  readonly batch?: { readonly mask: Tensor; readonly samples: Tensor } | undefined
}

/** Is told of the layers that are called. */
export interface CallObserver {
  /** A layer is about to be called, inside those that were entered and not left yet. */
  enter?(layer: AnyLayer, inputs: Tensors): void
  /** The layer that was entered last has given its outputs. */
  leave?(layer: AnyLayer, outputs: Tensors): void
}

/** What a layer's `call` is told besides its inputs. */
export interface CallContext {
  readonly training: boolean
  /** Whether statistics of batches are neither taken nor gathered, although it is training. Default: false. */
  readonly fixedStatistics?: boolean
  readonly random: RandomKeys
  /** Which steps of the input's sequences count, `[batch, time]`, if not all do; of several inputs, of the first. */
  readonly mask?: Tensor
  readonly observer?: CallObserver
  /** Absent where no loss is computed. */
  readonly losses?: LossTerms
}

/** Outside a model's step every call draws its own keys, fixed by `utils.setRandomSeed`. */
const eagerKeys: RandomKeys = {
  next: (seed) => tensor(Int32Array.from(seed === undefined ? drawKey() : keyFromSeed(seed))),
}

const options = new WeakMap<object, CallOptions>()

/** Runs a call of a layer that can see its options meanwhile, also while the shapes of its outputs are found. */
export function withCallOptions<T>(layer: object, given: CallOptions, call: () => T): T {
  const around = options.get(layer)
  options.set(layer, given)
  try {
    return call()
  } finally {
    if (around) options.set(layer, around)
    else options.delete(layer)
  }
}

/** The options that a layer is being called with. */
export const callOptionsOf = (layer: object): CallOptions => options.get(layer) ?? {}

const active: CallContext[] = []

/** The context for a call: the given options, else what the call around it has. */
export function contextFor(options: CallOptions): CallContext {
  const around = active.at(-1)
  return {
    training: options.training ?? around?.training ?? false,
    fixedStatistics: around?.fixedStatistics ?? false,
    random: around?.random ?? eagerKeys,
    observer: around?.observer,
    losses: around?.losses,
  }
}

/** Takes a term of the loss from a layer that is being called; forgets it where no loss is computed. */
export function addLossTerm(term: Tensor): void {
  active.at(-1)?.losses?.add(term)
}

/** Runs `body` so that layers called in it inherit the context. */
export function inContext<T>(context: CallContext, body: () => T): T {
  active.push(context)
  try {
    return body()
  } finally {
    active.pop()
  }
}
