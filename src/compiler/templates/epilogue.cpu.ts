import { storageBytes, type Value } from '../../loops/ir.js'
import { type Body, opsOf } from '../body.js'
import { BodyEmitter, storeResult } from '../emitBody.js'
import { type DeviceBuffer, type Epilogue, storageOf } from '../lowering.js'
import { inPlacePairs, type Store } from './pointwise.cpu.js'

/**
 * An epilogue from a body over `[rows, columns]` of an anchor's output. Each store moves by 1 along columns.
 * `anchorReads` are the buffers that the anchor itself works on: they cannot be overwritten while it does.
 */
export function bodyEpilogue(
  body: Body,
  stores: readonly Store[],
  anchorReads: readonly DeviceBuffer[],
): Epilogue {
  const pairs = stores.flatMap((store) => inPlacePairs(body, store, store.index))
  return {
    inPlace: pairs.filter(({ input }) => !anchorReads.includes(input.buffer)),
    inPlaceOf(input, dtype) {
      const reads = body.steps.filter((step) => step.type === 'read' && step.view.buffer === input.buffer)
      const own = pairs.filter((pair) => pair.input.buffer === input.buffer)
      if (reads.length > 0) return own
      return stores.filter((store) => store.dtype === dtype).map(({ view }) => ({ output: view, input }))
    },
    ops: opsOf(body).join('+'),
    bind(b, operands) {
      const start = BodyEmitter.start(b, body, operands)
      const outputs = stores.map(({ view }) => operands.write(view))
      return {
        emitRow(row, column, values, counts) {
          const standing = start.enter(0, row).at(1, column)
          const targets = stores.map(({ dtype, index }, i) => {
            const bytes = storageBytes[storageOf[dtype]]
            return b.advance(b.advance(outputs[i], row, index.factors[0] * bytes), column, bytes)
          })
          values.forEach((value: Value, v) => {
            const offset = v * b.width
            const results = standing.withAnchor(value).results({ axis: 1, offset, count: counts[v] })
            results.forEach((result, i) =>
              storeResult(b, stores[i].dtype, targets[i], result, counts[v], offset),
            )
          })
        },
      }
    },
  }
}
