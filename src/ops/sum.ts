import { broadcastTo } from './broadcastTo.js'
import { accumulatorDtype, defineReduction } from './reduction.js'

/** Sum of the elements along axes; 0 for none. Booleans and `uint8` are summed as `int32`. */
export const sum = defineReduction({
  name: 'sum',
  combine: 'sum',
  operand: accumulatorDtype,
  allowsEmpty: true,
  gradient: ({ x, dy }) => broadcastTo(dy, x.shape),
  reference: (values) => values.reduce((total, value) => total + value, 0),
})
