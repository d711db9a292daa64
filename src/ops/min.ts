import { sharedAmongEqual } from './max.js'
import { defineReduction } from './reduction.js'

/** The smallest element along axes; otherwise as `max`. */
export const min = defineReduction({
  name: 'min',
  combine: 'min',
  operand: (dtype) => (dtype === 'bool' ? 'int32' : dtype),
  allowsEmpty: false,
  gradient: (context) => sharedAmongEqual(context),
  reference: (values) => values.reduce((a, b) => Math.min(a, b)),
})
