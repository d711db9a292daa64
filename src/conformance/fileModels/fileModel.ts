import type { AnyModel } from '../../models/index.js'
import type { HostData } from '../batches.js'
import type { HostTensor } from '../hostTensor.js'
import type { KerasVersion } from '../kerasPeer.js'
import { floats, Samples } from '../samples.js'

/** The forms in which Keras keeps a model, or its weights alone. */
export type FileForm = '.h5' | '.keras' | '.weights.h5'

/**
 * A model of the file tests, as a user of Gradus writes it. `conformance/file_models/` holds the same as a user of Keras
 * writes it, by the same name.
 */
export interface FileModel {
  readonly name: string
  /** Makes the model, compiled. */
  readonly make: () => AnyModel | Promise<AnyModel>
  /** As many rows as all steps take, one batch behind the other. */
  readonly x: HostData
  readonly y: HostData
  /** The oldest Keras that has all its layers and options. Default: 2.15. */
  readonly since?: KerasVersion
  /** The newest Keras that has them. Default: the newest there is. */
  readonly until?: KerasVersion
  /** Forms that a version of Keras cannot write, or not read again itself. Default: none. */
  readonly without?: Partial<Readonly<Record<KerasVersion, readonly FileForm[]>>>
  /** Whether training is compared; not where each side draws its own random numbers. Default: true. */
  readonly trains?: boolean
}

/** Steps before a model is written, and after it was read. */
export const stepsBefore = 3
export const stepsAfter = 10
const batchSize = 8
export const rows = (stepsBefore + stepsAfter) * batchSize

/** Keras 3.0 gives several arrays of an optimizer's state one name, with which `.h5` files cannot be written. */
export const clashingIn30: FileModel['without'] = { '3.0': ['.h5'] }

const samples = new Samples(60)

/** Inputs or targets of the shape that one sample has. */
export const normal = (...shape: number[]): HostTensor => samples.normal([rows, ...shape])
export const bits = (...shape: number[]): HostTensor => samples.bits([rows, ...shape])
export const oneHot = (classes: number): HostTensor => samples.oneHot([rows, classes])
/** Whole numbers from 0 up to `count`, that one not included. */
export const numbers = (count: number, ...shape: number[]): HostTensor =>
  samples.labels([rows, ...shape], count)

/** Sequences whose last steps are zeros, from another step on in each. */
export function padded(steps: number, features: number): HostTensor {
  const { shape, data } = normal(steps, features)
  return floats(
    shape,
    data.map((value, i) => {
      const [row, step] = [Math.floor(i / (steps * features)), Math.floor(i / features) % steps]
      return step < 2 + (row % (steps - 1)) ? value : 0
    }),
  )
}
