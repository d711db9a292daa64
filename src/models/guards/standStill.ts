import type { Tensor } from '../../graph/tensor.js'
import { assignedValue, changingAssignments, type Trace } from '../../graph/trace.js'
import { Variable } from '../../graph/variable.js'
import { all } from '../../ops/all.js'
import { cast } from '../../ops/cast.js'
import { equal } from '../../ops/equal.js'
import { isFinite as isFiniteOp } from '../../ops/isFinite.js'
import { logicalAnd } from '../../ops/logicalAnd.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { tensor } from '../../ops/tensor.js'
import { where } from '../../ops/where.js'

/** Whether a model's training stands still: 1 after a step that was not healthy, until it is set to 0 again. */
export const makeHalt = (): Variable => new Variable([0], [], { name: 'halt', trainable: false })

/** 1 if all values are finite, else 0, as a float32 scalar; 1 for none. */
export function healthOf(values: readonly Tensor[]): Tensor {
  if (values.length === 0) return tensor(1)
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
 * Takes back all that a step assigns if it is not healthy, because a loss or a gradient is not finite: weights, the optimizer's state,
 * moving statistics, metrics and counters are then what they were before it. And so for the steps after it, of which one may be
 * under way, until `halt` is 0 again: what went wrong can be looked at as it was.
 */
export class StandStill {
  private readonly updates: { readonly health: Tensor; readonly goesOn: Tensor }[] = []
  private readonly looked = new Set<Tensor>()
  /** What is assigned only if the first update goes on. */
  private readonly held = new Map<Variable, Tensor>()

  constructor(private readonly halt: Variable) {}

  /** Inside a trace: traces a step, in which `update` is called before weights are changed. */
  during<T>(body: () => T): T {
    return changingAssignments((variable, value) => this.hold(variable, value), body)
  }

  /** Inside a trace: what is assigned from now on depends on whether these values are finite. */
  update(values: readonly Tensor[]): void {
    const health = healthOf(values)
    this.updates.push({ health, goesOn: this.goesOn(health) })
    for (const value of values) this.looked.add(value)
  }

  /** Inside a trace, at the end of the step: its health, 1 or 0, by all updates and by these losses. */
  health(losses: readonly Tensor[]): Tensor {
    const others = losses.filter((loss) => !this.looked.has(loss))
    const parts = this.updates.map(({ health }) => health)
    if (others.length > 0) parts.push(healthOf(others))
    return parts.reduce((a, b) => multiply(a, b))
  }

  /** The step whose first result is its health. */
  finish({ graph, assignments }: Trace): Trace {
    const [health] = graph.results
    const [update] = this.updates
    // Where one update is all there is to look at, what was assigned after it depends on it already.
    const isWhole = update?.health === health
    const goesOn = isWhole ? update.goesOn : this.goesOn(health)
    const held = new Map<Variable, Tensor>()
    for (const [variable, value] of assignments) {
      const isHeld = isWhole && this.held.get(variable) === value
      held.set(variable, isHeld ? value : where(goesOn, value, variable.value()))
    }
    held.set(this.halt, cast(where(goesOn, 0, 1), 'float32'))
    return { graph, assignments: held }
  }

  /** Chosen at once, so that what is computed from the variable later is computed, and written, together with it. */
  private hold(variable: Variable, value: Tensor): Tensor {
    const [update, another] = this.updates
    const assigned = assignedValue(variable)
    if (!update || another || (assigned && this.held.get(variable) !== assigned)) return value
    const held = where(update.goesOn, value, variable.unassigned())
    this.held.set(variable, held)
    return held
  }

  private goesOn(health: Tensor): Tensor {
    return logicalAnd(equal(health, 1), equal(this.halt.value(), 0))
  }
}
