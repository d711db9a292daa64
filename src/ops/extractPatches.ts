import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { convImageGradient } from './convImageGradient.js'
import type { WindowAttributes } from './convolutionGeometry.js'
import { eye } from './iota.js'
import { pooledShape } from './pooling.js'
import { reader, referenceOf } from './reference.js'
import { reshape } from './reshape.js'
import { tile } from './tile.js'

/**
 * Every window of an image written out: `[batch, ...spatial, channels]` to `[batch, ...windows, channels, positions]`,
 * where `positions` counts the window's places in row-major order, and those outside the image hold `fill`.
 */
export function extractPatches(x: Tensor, geometry: WindowAttributes, fill: number): Tensor {
  const views = applyOne(extractPatchesOp, [x], { ...geometry, fill })
  return reshape(views, [...pooledShape('extractPatches', x.shape, geometry), sizeOf(geometry.size)])
}

type PatchesAttributes = WindowAttributes & { readonly fill: number }

/** As above, but with one last axis for each spatial axis of the window. */
const extractPatchesOp = defineOp<PatchesAttributes>({
  name: 'extractPatches',
  kind: {
    kind: 'movement',
    movement({ size, strides, padding, fill }) {
      const rank = size.length
      const outputRank = 2 * rank + 2
      const row = (entries: readonly (readonly [number, number])[]): number[] => {
        const factors = new Array<number>(outputRank).fill(0)
        for (const [axis, factor] of entries) factors[axis] = factor
        return factors
      }
      return {
        type: 'affine',
        offset: [0, ...padding.map(([before]) => -before), 0],
        factor: [
          row([[0, 1]]),
          ...strides.map((stride, axis) =>
            row([
              [axis + 1, stride],
              [rank + 2 + axis, 1],
            ]),
          ),
          row([[rank + 1, 1]]),
        ],
        fill,
      }
    },
  },
  infer: ([x], attributes) => [
    { shape: [...pooledShape('extractPatches', x.shape, attributes), ...attributes.size], dtype: x.dtype },
  ],
  // The same windows come from a convolution in which each filter picks one place of one channel.
  gradient({ inputs: [x], attributes: { size, strides, padding }, gradients: [g] }) {
    if (!g) return []
    const channels = x.shape[x.shape.length - 1]
    const positions = sizeOf(size)
    const picks = tile(reshape(eye(positions), [...size, 1, positions]), [...size.map(() => 1), 1, channels])
    const dy = reshape(g, [...g.shape.slice(0, size.length + 1), channels * positions])
    return [convImageGradient(dy, picks, x.shape, { strides, padding, groups: channels })]
  },
  reference([x], { size, strides, padding, fill }, [output]) {
    const read = reader(x, fill)
    const rank = size.length
    return [
      referenceOf(output.shape, (at) =>
        read([
          at[0],
          ...size.map((_, axis) => at[axis + 1] * strides[axis] + at[rank + 2 + axis] - padding[axis][0]),
          at[rank + 1],
        ]),
      ),
    ]
  },
})
