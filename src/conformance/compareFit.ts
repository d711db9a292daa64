import type { CallbackLike } from '../callbacks/index.js'
import { type AnyModel, serialize } from '../models/index.js'
import { compareAll, type Measurement, type Named } from './compare.js'
import { weightsOf } from './compareRun.js'
import { asGradus, convertSettings, makeObject } from './gradusSide.js'
import type { HostTensor } from './hostTensor.js'
import type { KerasObject, Settings } from './kerasObject.js'
import type { KerasPeer, Precision } from './kerasPeer.js'
import { floats, integers } from './samples.js'

/** How far histories and weights may be from each other after some epochs. */
const limit = 1e-4

/** A fit on both sides, from the same weights, without shuffling. */
export interface FitComparison {
  /** Makes the model, compiled, with the same weights each time. */
  readonly make: () => AnyModel
  /** The same arguments of `compile` in Keras. */
  readonly compile: Settings
  readonly x: HostTensor
  readonly y: HostTensor
  /** Options of `fit` by Keras's names. */
  readonly options: Settings
  /** Callbacks by Keras's names. */
  readonly callbacks?: readonly KerasObject[]
  /** Gradus's callbacks. Default: made from the same settings. */
  readonly own?: () => readonly CallbackLike[]
  /** The kind of callback that sets the learning rate in Keras, and the rate of each epoch. */
  readonly rates?: { readonly kind: string; readonly rates: readonly number[] }
  /** The epoch in which a first run is broken off; a second one goes on from what its callbacks kept. */
  readonly interrupt?: number
  /** What is not compared, because it is meant to be different. Default: nothing. */
  readonly except?: readonly ('last epoch' | 'epochs before the interruption' | 'weights')[]
}

interface Reply {
  readonly history: Named
  readonly epochs: HostTensor
  readonly weights: readonly HostTensor[]
}

/** Compares what `fit` logs for each epoch, which epochs there were, and the weights in the end. */
export async function compareFit(peer: KerasPeer, run: FitComparison): Promise<Measurement[]> {
  const { make, compile, x, y, options, callbacks = [], rates, interrupt, except = [] } = run
  const first = make()
  const request = {
    model: serialize(first),
    weights: await weightsOf(first),
    ...{ compile, x, y, options, callbacks, rates, interrupt },
  }
  const ask = (precision: Precision) => peer.ask<Reply>('fit', request, precision)
  const keras = await ask('float32')
  if (interrupt !== undefined) await fitGradus(first, run, interrupt).catch(ignoreInterruption)
  const gradus = await fitGradus(interrupt === undefined ? first : make(), run)
  const skipped = except.includes('epochs before the interruption') ? (interrupt ?? 0) : 0
  const named = ({ history, epochs, weights }: Reply): Named => ({
    ...Object.fromEntries(
      Object.entries({ ...history, epochs }).map(([key, values]) => [
        key,
        part(
          values,
          Math.max(0, skipped - epochs.data[0]),
          except.includes('last epoch') && key !== 'epochs',
        ),
      ]),
    ),
    ...(!except.includes('weights') &&
      Object.fromEntries(weights.map((weight, i) => [`weight ${i} in the end`, weight]))),
  })
  return compareAll(named(gradus), named(keras), async () => named(await ask('float64')), limit)
}

class Interruption extends Error {}

const ignoreInterruption = (error: unknown): void => {
  if (!(error instanceof Interruption)) throw error
}

async function fitGradus(
  model: AnyModel,
  { x, y, options, callbacks = [], own }: FitComparison,
  interrupt?: number,
): Promise<Reply> {
  const made = own?.() ?? callbacks.map((callback) => makeObject(callback) as CallbackLike)
  const onEpochBegin = (epoch: number) => {
    if (epoch === interrupt) throw new Interruption()
  }
  const { history, epoch } = await model.fit(asGradus(x) as never, asGradus(y) as never, {
    ...convertSettings(options),
    shuffle: false,
    verbose: 0,
    callbacks: [...made, { onEpochBegin }],
  })
  return {
    history: Object.fromEntries(
      Object.entries(history).map(([key, values]) => [key, floats([values.length], values)]),
    ),
    epochs: integers([epoch.length], epoch),
    weights: await weightsOf(model),
  }
}

/** Values of epochs from one on, without the last if so wished. */
function part({ data }: HostTensor, from: number, withoutLast: boolean): HostTensor {
  const chosen = [...data].slice(from, withoutLast ? -1 : undefined)
  return floats([chosen.length], chosen)
}
