import { keyFromSeed } from '../ops/hostRandom.js'
import { RandomStream } from '../utils/randomStream.js'
import { HostTensor } from './hostTensor.js'

type Shape = readonly number[]

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** A float32 tensor of the given numbers. */
export const floats = (shape: Shape, data: ArrayLike<number>): HostTensor =>
  new HostTensor('float32', shape, Float32Array.from(data))

/** An int32 tensor of the given numbers. */
export const integers = (shape: Shape, data: ArrayLike<number>): HostTensor =>
  new HostTensor('int32', shape, Int32Array.from(data))

/** Equally spaced numbers, both ends included. */
export const evenlySpaced = (from: number, to: number, shape: Shape): HostTensor => {
  const count = sizeOf(shape)
  return floats(
    shape,
    Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1)),
  )
}

/** Numbers for cases, the same for the same seed. */
export class Samples {
  private readonly stream: RandomStream

  constructor(seed: number) {
    this.stream = new RandomStream(keyFromSeed(seed))
  }

  normal(shape: Shape, scale = 1): HostTensor {
    return this.fill(shape, () => scale * this.stream.normal())
  }

  uniform(shape: Shape, low = 0, high = 1): HostTensor {
    return this.fill(shape, () => low + (high - low) * this.stream.uniform())
  }

  /** Rows along the last axis that are positive and add up to 1. */
  probabilities(shape: Shape): HostTensor {
    const tensor = this.uniform(shape, 0.05, 1)
    const classes = shape[shape.length - 1]
    for (let row = 0; row < tensor.data.length; row += classes) {
      const values = tensor.data.subarray(row, row + classes)
      let total = 0
      for (const value of values) total += value
      values.forEach((value, i) => {
        values[i] = value / total
      })
    }
    return tensor
  }

  /** Whole numbers from 0 up to `classes`, that one not included. */
  labels(shape: Shape, classes: number): HostTensor {
    return integers(
      shape,
      Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(this.stream.uniform() * classes)),
    )
  }

  /** Rows along the last axis with a single 1. */
  oneHot(shape: Shape): HostTensor {
    const classes = shape[shape.length - 1]
    const tensor = this.fill(shape, () => 0)
    for (let row = 0; row < tensor.data.length; row += classes) {
      tensor.data[row + Math.floor(this.stream.uniform() * classes)] = 1
    }
    return tensor
  }

  /** 0 or 1, each as likely. */
  bits(shape: Shape): HostTensor {
    return this.fill(shape, () => (this.stream.uniform() < 0.5 ? 0 : 1))
  }

  /** -1 or 1, each as likely. */
  signs(shape: Shape): HostTensor {
    return this.fill(shape, () => (this.stream.uniform() < 0.5 ? -1 : 1))
  }

  private fill(shape: Shape, next: () => number): HostTensor {
    return floats(shape, Float32Array.from({ length: sizeOf(shape) }, next))
  }
}
