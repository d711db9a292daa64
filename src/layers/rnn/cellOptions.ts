import type { CellOptions } from './gatedCell.js'

/** The part of a recurrent layer's options that is its cell's: the layer keeps its name, and what concerns its outputs. */
export const cellOptions = <Options extends CellOptions>(options: Options): Options => ({
  ...options,
  name: undefined,
  trainable: undefined,
  inputShape: undefined,
  activityRegularizer: undefined,
})
