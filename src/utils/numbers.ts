import { ArgumentError } from '../errors.js'
import { show } from './show.js'

/** @throws ArgumentError unless the value is a finite number of at least `least` */
export function atLeast(value: number, least: number, what: string): number {
  if (Number.isFinite(value) && value >= least) return value
  throw new ArgumentError(`${what}: expected a number of at least ${least}, received ${show(value)}.`)
}

/** @throws ArgumentError unless the value is a finite number above `bound` */
export function above(value: number, bound: number, what: string): number {
  if (Number.isFinite(value) && value > bound) return value
  throw new ArgumentError(`${what}: expected a number above ${bound}, received ${show(value)}.`)
}

/** @throws ArgumentError unless the value lies in [0, 1] */
export function fraction(value: number, what: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new ArgumentError(`${what}: expected a number from 0 to 1, received ${show(value)}.`)
}

/** @throws ArgumentError unless the value is a finite number */
export function finite(value: number, what: string): number {
  if (Number.isFinite(value)) return value
  throw new ArgumentError(`${what}: expected a finite number, received ${show(value)}.`)
}

/** @throws ArgumentError unless the value is an integer of at least `least` */
export function positiveInteger(value: number, what: string, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value
  throw new ArgumentError(`${what}: expected an integer of at least ${least}, received ${show(value)}.`)
}
