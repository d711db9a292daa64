import type { OperationNode } from '../../graph/node.js'
import type { KindName } from '../../graph/op.js'
import { ExportError } from '../exportError.js'
import type { FileGraph } from '../fileGraph.js'
import type { GraphWriter } from '../graphWriter.js'
import type { View } from '../view.js'
import { exportContraction } from './contraction.js'
import { exportConvolution } from './convolution.js'
import { exportElementwise } from './elementwise.js'
import { exportGather } from './gather.js'
import { exportLoop } from './loop.js'
import { exportMovement } from './movement.js'
import { exportPrefixScan, exportSort } from './order.js'
import { exportReduction } from './reduction.js'
import { exportWindow } from './window.js'

/** Writes an operation into a graph of the file: the views of its outputs, of those at least that something depends on. */
export type KindExporter = (
  node: OperationNode,
  inputs: readonly View[],
  graph: FileGraph,
  writer: GraphWriter,
) => readonly (View | undefined)[]

/** How operations are written, by the kind of their op. */
export const exporters: Record<KindName, KindExporter> = {
  elementwise: exportElementwise,
  contraction: exportContraction,
  convolution: exportConvolution,
  window: exportWindow,
  reduction: exportReduction,
  movement: exportMovement,
  gather: exportGather,
  scatter() {
    throw new ExportError('adding at indices')
  },
  prefixScan: exportPrefixScan,
  sort: exportSort,
  random() {
    throw new ExportError('random numbers that are fixed by a key')
  },
  loop: exportLoop,
}
