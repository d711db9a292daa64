import { ArgumentError } from '../errors.js'
import { show } from '../utils/show.js'

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[]

/** @throws ArgumentError unless the value is an integer of at least `least` */
export function integer(value: number, what: string, least = 1): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ArgumentError(`${what}: expected an integer of at least ${least}, received ${show(value)}.`)
  }
  return value
}

/** An option given once or for each of `rank` axes, as a list. */
export function integersPerAxis(value: PerAxis, rank: number, what: string): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value
  if (!Array.isArray(list) || list.length !== rank || list.some((one) => !Number.isInteger(one) || one < 1)) {
    throw new ArgumentError(
      `${what}: expected an integer of at least 1, or ${rank} of them, received ${JSON.stringify(value)}.`,
    )
  }
  return list
}
