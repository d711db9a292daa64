import { ArgumentError } from '../../errors.js'
import { suggestion } from '../../utils/nearest.js'

const names = ['logits', 'outputs', 'labels', 'indices', 'scaling', 'classes', 'nonFinite'] as const
type GuardName = (typeof names)[number]

/** Which mistakes a model looks for; all by default. */
export interface GuardOptions {
  /**
   * A softmax or sigmoid that is applied twice: a loss that expects logits after a layer that gives probabilities; and metrics
   * that need probabilities where the loss expects logits. Throws.
   */
  readonly logits?: boolean
  /**
   * Outputs that the loss cannot learn from: a softmax over one unit, which is always 1; and, for a loss that needs probabilities, numbers
   * below 0 or above 1, as of a last layer without activation. Throws.
   */
  readonly outputs?: boolean
  /** Labels that do not fit the loss: one-hot rows for class numbers or the reverse, numbers out of range. Throws. */
  readonly labels?: boolean
  /** Data that an embedding has no row for. Throws, in `predict` too. */
  readonly indices?: boolean
  /** Numbers from 0 to 255 that reach the weights of an untrained network as they are. Warns. */
  readonly scaling?: boolean
  /** A class of the training labels that is missing in those of validation. Warns. */
  readonly classes?: boolean
  /** NaN or infinity in the loss or in gradients: throws, naming the first layer and batch, and keeps the state before it. */
  readonly nonFinite?: boolean
}

export type Guards = Readonly<Record<GuardName, boolean>>

/** @throws ArgumentError for a guard that does not exist */
export function resolveGuards(options: boolean | GuardOptions = true): Guards {
  if (typeof options === 'object') {
    const unknown = Object.keys(options).find((name) => !names.includes(name as GuardName))
    if (unknown !== undefined) {
      throw new ArgumentError(`compile: guard '${unknown}' is unknown. ${suggestion(unknown, names)}`)
    }
  }
  const isOn = (name: GuardName) => (typeof options === 'boolean' ? options : (options[name] ?? true))
  return {
    logits: isOn('logits'),
    outputs: isOn('outputs'),
    labels: isOn('labels'),
    indices: isOn('indices'),
    scaling: isOn('scaling'),
    classes: isOn('classes'),
    nonFinite: isOn('nonFinite'),
  }
}
