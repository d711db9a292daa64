import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Lowering } from '../lowering.js'
import { type ConvolutionShape, groupChannels, groupFilters } from './convolutionShape.js'
import { packPanels } from './packing.cpu.js'
import type { PanelClass, Tiling } from './tiling.js'

/** The output gradient in memory, as the columns of a kernel gradient's tiles: k is the number of an output pixel. */
export interface GradientColumns {
  readonly view: BufferView
  /** For reports. */
  readonly how: string
  /** Bytes from one pixel to the next. */
  pixelBytes(panel: PanelClass): number
  /** Where a panel of a group's filters starts whose first lane and first column are given. */
  start(
    b: LoopBuilder,
    base: Value<'ptr'>,
    group: Value<'i32'>,
    lane: Value<'i32'>,
    column: Value<'i32'>,
  ): Value<'ptr'>
}

/**
 * Pixels with at least so many filters lie so far apart that a panel of a chunk touches more pages than the processor keeps
 * addresses of.
 */
const manyFilters = 256

/** With at least so many rows, (tap, channel), a panel is used so often that packing costs nothing to speak of. */
const manyRows = 2048

/** Takes the output gradient where it is, or copies it into panels, and says so. */
export function placeGradient(
  shape: ConvolutionShape,
  view: BufferView,
  tiling: Tiling,
  lowering: Lowering,
): GradientColumns {
  const { kernel, filters } = shape
  const rows = sizeOf(kernel) * groupChannels(shape)
  const packs = lowering.cut.packed ?? (filters >= manyFilters && rows >= manyRows)
  return packs ? packedGradient(shape, view, tiling, lowering) : directGradient(shape, view)
}

function directGradient(shape: ConvolutionShape, view: BufferView): GradientColumns {
  return {
    view,
    how: 'gradient read in place',
    pixelBytes: () => 4 * shape.filters,
    start: (b, base, group, _lane, column) =>
      b.advance(b.advance(base, group, 4 * groupFilters(shape)), column, 4),
  }
}

function packedGradient(
  shape: ConvolutionShape,
  view: BufferView,
  tiling: Tiling,
  lowering: Lowering,
): GradientColumns {
  const { batch, output, groups, filters } = shape
  const columns = groupFilters(shape)
  const panels = packPanels(
    lowering,
    {
      view,
      offset: 0,
      matrices: [{ count: groups, stride: columns }],
      depth: [{ count: batch * sizeOf(output), stride: filters }],
      columns,
      columnStride: 1,
    },
    tiling,
  )
  return {
    view: panels.view,
    how: 'gradient packed',
    pixelBytes: ({ vectors }) => 4 * vectors * lowering.traits.width,
    start: (b, base, group, lane) =>
      b.advance(b.advance(base, group, 4 * panels.elements), lane, 4 * panels.depth),
  }
}
