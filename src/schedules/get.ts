import { ArgumentError } from '../errors.js'
import { type SerializedObject, serializeObject } from '../utils/config.js'
import { type ConfiguredClass, construct } from '../utils/construct.js'
import { suggestion } from '../utils/nearest.js'
import { CosineDecay } from './cosineDecay.js'
import { CosineDecayRestarts } from './cosineDecayRestarts.js'
import { ExponentialDecay } from './exponentialDecay.js'
import { InverseTimeDecay } from './inverseTimeDecay.js'
import { OneCycle } from './oneCycle.js'
import { PiecewiseConstantDecay } from './piecewiseConstantDecay.js'
import { PolynomialDecay } from './polynomialDecay.js'
import { PowerDecay } from './powerDecay.js'
import type { LearningRateSchedule } from './schedule.js'

const classes: Record<string, ConfiguredClass<LearningRateSchedule>> = {
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  PowerDecay,
}

/**
 * The schedule that an object of a saved config describes.
 * @throws ArgumentError for an unknown class, with the nearest known one
 */
export function deserializeSchedule(serialized: {
  readonly class_name: string
  readonly config?: SerializedObject['config']
}): LearningRateSchedule {
  const { class_name: name, config = {} } = serialized
  if (!Object.hasOwn(classes, name)) {
    throw new ArgumentError(`schedule: '${name}' is unknown. ${suggestion(name, Object.keys(classes))}`)
  }
  return construct(classes[name], config)
}

/** A schedule as Keras writes it into configs. */
export const serializeSchedule = (schedule: LearningRateSchedule): SerializedObject =>
  serializeObject('keras.optimizers.schedules', schedule)
