import type { Tensor } from '../graph/tensor.js'
import { changingAssignments } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import { where } from '../ops/where.js'

/**
 * Inside a trace: runs `assign`, and lets what it assigns take effect only if the condition holds at run time. Both sides are
 * computed; a step has no branches.
 *
 * What `assign` computes from a variable that it has assigned is computed from the chosen value, so that a weight and the slots
 * that it is computed from can be written by one launch: rules go on with what `assign` gives.
 */
export function assignIf(condition: Tensor, assign: () => void): void {
  const before = new Map<Variable, Tensor>()
  changingAssignments((variable, value) => {
    const old = before.get(variable) ?? variable.value()
    before.set(variable, old)
    return where(condition, value, old)
  }, assign)
}
