import { type ClassOfOptions, checkedOptions } from '../../utils/checkOptions.js'
import type { CellOptions } from './gatedCell.js'

/**
 * The part of a recurrent layer's options that is its cell's: the layer keeps its name, and what concerns its outputs.
 * @param type the class of the layer, which knows the options of both
 */
export const cellOptions = <Options extends CellOptions>(
  options: Options,
  type: ClassOfOptions,
): Options => ({
  ...checkedOptions(options, type),
  name: undefined,
  trainable: undefined,
  inputShape: undefined,
  activityRegularizer: undefined,
})
