import type { OnnxAttributes } from '../format.js'
import type { Idiom } from '../planner.js'
import { isConstant, ownOrder, plainView } from '../view.js'

/**
 * Writes an operator whose output has the shape of its one tensor, in whatever order the axes of that are.
 * @param needed axes that the value must have
 * @param more further inputs
 */
export function asItStands(
  operator: string,
  attributes: OnnxAttributes = {},
  needed: readonly number[] = [],
  more: readonly string[] = [],
): Idiom['write'] {
  return ([view], graph) => {
    const isThere = !isConstant(view) && needed.every((axis) => view.axes[axis] !== null)
    const { dtype, shape } = view
    const from = isThere
      ? view
      : plainView({ name: graph.value(view, ownOrder(shape.length)), graph }, shape, dtype)
    const source = 'name' in from.source ? from.source.name : ''
    const name = graph.one(operator, [source, ...more], { dtype, sizes: from.sizes }, attributes)
    return [{ ...from, source: { name, graph } }]
  }
}
