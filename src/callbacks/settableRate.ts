import { ArgumentError } from '../errors.js'
import type { Callback } from './callback.js'

/** An optimizer's learning rate, which a callback changes. */
type RateHolder = { learningRate: number }

/**
 * The optimizer of the model that a callback follows, once its learning rate can be set.
 * @throws ArgumentError if a schedule rules it, or there is no optimizer
 */
export function settableRate(callback: Callback): RateHolder {
  const { optimizer, title } = callback.model
  if (!optimizer)
    throw new ArgumentError(`${callback.className}: ${title} has no optimizer. Call compile first.`)
  try {
    optimizer.learningRate = Number(optimizer.learningRate)
  } catch (cause) {
    throw new ArgumentError(
      `${callback.className}: the optimizer's learning rate follows a schedule, so it cannot be set between epochs. Make the optimizer ` +
        'with a number as learningRate, or leave the callback out.',
      { cause },
    )
  }
  return optimizer
}
