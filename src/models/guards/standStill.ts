import type { Tensor } from '../../graph/tensor.js'
import type { Trace } from '../../graph/trace.js'
import { Variable } from '../../graph/variable.js'
import { all } from '../../ops/all.js'
import { cast } from '../../ops/cast.js'
import { equal } from '../../ops/equal.js'
import { isFinite as isFiniteOp } from '../../ops/isFinite.js'
import { logicalAnd } from '../../ops/logicalAnd.js'
import { reshape } from '../../ops/reshape.js'
import { where } from '../../ops/where.js'

/** Whether a model's training stands still: 1 after a step that was not healthy, until it is set to 0 again. */
export const makeHalt = (): Variable => new Variable([0], [], { name: 'halt', trainable: false })

/** 1 if all values are finite, else 0, as a float32 scalar. */
export function healthOf(values: readonly Tensor[]): Tensor {
  const finite = values.map((value) => {
    const each = isFiniteOp(cast(value, 'float32'))
    return value.size === 1 ? reshape(each, []) : all(each)
  })
  return cast(
    finite.reduce((a, b) => logicalAnd(a, b)),
    'float32',
  )
}

/**
 * The step with all it assigns taken back if its first result, its health, is 0: weights, the optimizer's state, moving
 * statistics, metrics and counters are then what they were before it. And so for the steps after it, of which one may be under
 * way, until `halt` is 0 again: what went wrong can be looked at as it was.
 */
export function standStill({ graph, assignments }: Trace, halt: Variable): Trace {
  const isHealthy = equal(graph.results[0], 1)
  const goesOn = logicalAnd(isHealthy, equal(halt.value(), 0))
  const guarded = new Map<Variable, Tensor>()
  for (const [variable, value] of assignments) guarded.set(variable, where(goesOn, value, variable.value()))
  guarded.set(halt, cast(where(goesOn, 0, 1), 'float32'))
  return { graph, assignments: guarded }
}
