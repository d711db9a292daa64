import type { DType } from '../../graph/dtype.js'
import type { BufferView, Lowering } from '../lowering.js'
import { lowerPointwise } from './pointwise.cpu.js'

/** Copies `size` elements from one place to another. */
export function lowerCopy(
  from: BufferView,
  to: BufferView,
  dtype: DType,
  size: number,
  lowering: Lowering,
): void {
  const index = { offset: 0, factors: [1] }
  const body = {
    space: [size],
    steps: [{ type: 'read', view: from, dtype, guards: [], index } as const],
    results: [0],
  }
  lowerPointwise(body, [{ view: to, dtype, index }], lowering)
}
