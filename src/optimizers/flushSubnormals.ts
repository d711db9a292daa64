import type { Tensor } from '../graph/tensor.js'
import { changingAssignments } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import { abs } from '../ops/abs.js'
import { less } from '../ops/less.js'
import { where } from '../ops/where.js'

/** The smallest normal float32. What is nearer to 0 is subnormal, and processors take a hundred times as long for it. */
const smallestNormal = 2 ** -126

/**
 * Inside a trace: runs `assign`, and lets those of its float32 assignments that `concerns` holds for become 0 where they are
 * subnormal, as TensorFlow and XLA let all results.
 *
 * A moving average of what has become 0 goes down to the smallest subnormal numbers, and stays there: nine tenths of the smallest
 * round to it again. Every later step would be as slow.
 */
export function flushSubnormals(concerns: (variable: Variable) => boolean, assign: () => void): void {
  changingAssignments(
    (variable, value) => (concerns(variable) && value.dtype === 'float32' ? flushed(value) : value),
    assign,
  )
}

/** NaN stays. */
const flushed = (value: Tensor): Tensor => where(less(abs(value), smallestNormal), 0, value)
