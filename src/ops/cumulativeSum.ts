import { defineCumulative } from './cumulative.js'

/** Running sum `x[0] + ... + x[i]` along an axis. Booleans and `uint8` are summed as `int32`. */
export const cumulativeSum = defineCumulative({
  name: 'cumulativeSum',
  combine: 'sum',
  initial: 0,
  reference: (a, b) => a + b,
  gradient: ({ dy, options }) => cumulativeSum(dy, { ...options, reverse: !options.reverse }),
})
