import type { OnnxAttributes } from '../format.js'
import type { Idiom } from '../planner.js'

/**
 * Writes an operator whose output has the shape of its one tensor, in whatever order the axes of that are.
 * @param more further inputs
 */
export const asItStands =
  (operator: string, attributes: OnnxAttributes = {}, more: readonly string[] = []): Idiom['write'] =>
  ([view], graph) => {
    const from = graph.computed(view, [])
    const type = { dtype: from.dtype, sizes: from.sizes }
    const name = graph.one(operator, [from.source.name, ...more], type, attributes)
    return [{ ...from, source: { name, graph } }]
  }
