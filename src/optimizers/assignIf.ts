import type { Tensor } from '../graph/tensor.js'
import { assignedValue } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import { where } from '../ops/where.js'

/**
 * Inside a trace: runs `assign`, and lets what it assigned to these variables take effect only if the condition holds at
 * run time. Both sides are computed; a step has no branches.
 */
export function assignIf(condition: Tensor, variables: readonly Variable[], assign: () => void): void {
  const before = variables.map((variable) => ({
    assigned: assignedValue(variable),
    value: variable.value(),
  }))
  assign()
  variables.forEach((variable, i) => {
    const after = assignedValue(variable)
    if (after && after !== before[i].assigned) variable.assign(where(condition, after, before[i].value))
  })
}
