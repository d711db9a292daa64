import type { Tensor } from '../graph/tensor.js'
import { asGradus } from './gradusSide.js'
import { HostTensor } from './hostTensor.js'

/** One tensor, a list, or tensors by name: what a model takes or gives. */
export type HostData = HostTensor | readonly HostTensor[] | { readonly [name: string]: HostTensor }

/**
 * The rows of one of so many batches that lie one behind the other, as a user gives them to a model. A model of several
 * inputs or outputs is given a list or an object, which the type of one model cannot say.
 */
export function batchOf(data: HostData, step: number, steps: number): Tensor {
  if (data instanceof HostTensor) {
    const rows = data.shape[0] / steps
    const size = data.data.length / steps
    const part = data.data.slice(step * size, (step + 1) * size)
    return asGradus(new HostTensor(data.dtype, [rows, ...data.shape.slice(1)], part))
  }
  const batches = Array.isArray(data)
    ? data.map((each: HostTensor) => batchOf(each, step, steps))
    : Object.fromEntries(Object.entries(data).map(([name, each]) => [name, batchOf(each, step, steps)]))
  return batches as unknown as Tensor
}
