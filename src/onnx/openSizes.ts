import { InternalError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'

/** An input of a model, as its file declares it; sizes that are known only when the model runs are open. */
export interface OnnxInput {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly (number | null)[]
}

/** A size that is known only when the model runs: that of an axis of an input. */
export interface OpenSize {
  /** `batch`, or `tokens_1` for axis 1 of the input `tokens`. */
  readonly name: string
  /** The sizes with which the model is traced in its place: primes, each for itself. */
  readonly primes: readonly [number, number]
  readonly input: number
  readonly axis: number
}

/** Larger than the sizes of layers, and so that the product of three is an exact number. */
const primes = [99_991, 99_989, 99_971, 99_961, 99_929, 99_923, 99_907, 99_901] as const

/**
 * The open sizes of a model. It is traced with large primes in their place, so that in the graph a size tells by its factors which
 * open sizes it is a product of. A second trace, with other primes, shows whether anything else depends on them.
 */
export class OpenSizes {
  readonly all: readonly OpenSize[]

  constructor(inputs: readonly OnnxInput[]) {
    const axes = inputs.flatMap(({ name, shape }, input) =>
      shape.flatMap((size, axis) => (size === null ? [{ name, input, axis }] : [])),
    )
    const batch = axes.filter(({ axis }) => axis === 0)
    const others = axes.filter(({ axis }) => axis !== 0)
    const places = [
      ...batch.slice(0, 1).map((place) => ({ ...place, name: 'batch' })),
      ...others.map((place) => ({ ...place, name: `${place.name}_${place.axis}` })),
    ]
    this.all = places.map((place, i) => {
      const [first, second] = [primes.at(2 * i), primes.at(2 * i + 1)]
      if (first === undefined || second === undefined) {
        throw new InternalError(`${places.length} open sizes: more than there are primes for`)
      }
      return { ...place, primes: [first, second] }
    })
  }

  /** How many open sizes there can be. */
  static readonly most = primes.length / 2

  /** The shape of an input with primes in place of open sizes. */
  shape(inputs: readonly OnnxInput[], input: number, trace: 0 | 1): number[] {
    return inputs[input].shape.map((size, axis) => {
      const open = this.all.find(
        (each) => (axis === 0 && each.axis === 0) || (each.input === input && each.axis === axis),
      )
      return size ?? (open as OpenSize).primes[trace]
    })
  }

  /** Whether a size of the first trace is open. */
  isOpen(size: number): boolean {
    return this.all.some((open) => divides(open.primes[0], size))
  }

  hasOpen(shape: Shape): boolean {
    return shape.some((size) => this.isOpen(size))
  }

  /** A size of the first trace as a number times open sizes. */
  factors(size: number): { readonly known: number; readonly open: readonly OpenSize[] } {
    const open: OpenSize[] = []
    let known = size
    for (const each of this.all) {
      while (divides(each.primes[0], known)) {
        open.push(each)
        known /= each.primes[0]
      }
    }
    return { known, open }
  }

  /** Whether a number of the first trace and its counterpart of the second mean the same. */
  agree(first: number, second: number): boolean {
    if (Object.is(first, second)) return true
    if (!Number.isInteger(first) || first <= 0) return false
    const { known, open } = this.factors(first)
    return open.length > 0 && second === open.reduce((product, each) => product * each.primes[1], known)
  }

  /** A size as files write it: a number, the name of an open size, or unknown for a product. */
  dimension(size: number): number | string | null {
    const { known, open } = this.factors(size)
    if (open.length === 0) return known
    return open.length === 1 && known === 1 ? open[0].name : null
  }
}

const divides = (prime: number, size: number): boolean => size > 0 && size % prime === 0
