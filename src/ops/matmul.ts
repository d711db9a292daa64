import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition } from '../graph/op.js'
import { broadcastShapes, type Shape, sameShape, showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { broadcastTo } from './broadcastTo.js'
import { cast } from './cast.js'
import { reader, referenceOf } from './reference.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

export interface MatmulOptions {
  /** Take `a` with its last two axes swapped. Default: false. */
  readonly transposeA?: boolean
  /** Take `b` with its last two axes swapped. Default: false. */
  readonly transposeB?: boolean
}

const matmulOptions: OptionKeys<MatmulOptions> = { transposeA: true, transposeB: true }

type MatmulAttributes = { readonly transposeA: boolean; readonly transposeB: boolean }

/**
 * Matrix product `output[..., m, n] = sum over k of a[..., m, k] * b[..., k, n]`, in `float32`.
 * Axes before the last two are broadcast. A stack of matrices times one matrix is computed as one tall product.
 *
 * @throws ShapeError if an operand has fewer than two axes, or the inner sizes differ
 */
export function matmul(a: TensorLike, b: TensorLike, options: MatmulOptions = {}): Tensor {
  checkOptions(options, 'matmul', undefined, matmulOptions)
  const [x, y] = [cast(asTensor(a), 'float32'), cast(asTensor(b), 'float32')]
  if (x.rank < 2 || y.rank < 2) {
    throw new ShapeError(
      `matmul: expected two axes or more on both sides, received ${showShape(x.shape)} and ${showShape(y.shape)}. ` +
        'Use dot(a, b) for vectors.',
    )
  }
  const { transposeA = false, transposeB = false } = options
  const attributes = { transposeA, transposeB }
  if (x.rank > 2 && y.rank === 2 && !transposeA) {
    const rows = sizeOf(x.shape.slice(0, -1))
    const product = applyOne(matmulOp, [reshape(x, [rows, x.shape[x.rank - 1]]), y], attributes)
    return reshape(product, [...x.shape.slice(0, -1), product.shape[1]])
  }
  const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2), 'matmul')
  const stretched = [x, y].map((value) => broadcastTo(value, [...batch, ...value.shape.slice(-2)]))
  return applyOne(matmulOp, stretched, attributes)
}

/** Sizes of the product, in the order in which they appear in `[m, k] * [k, n]`. */
function sizes(a: Shape, b: Shape, { transposeA, transposeB }: MatmulAttributes) {
  const [m, k] = transposeA ? [a[a.length - 1], a[a.length - 2]] : a.slice(-2)
  const [inner, n] = transposeB ? [b[b.length - 1], b[b.length - 2]] : b.slice(-2)
  return { m, k, inner, n }
}

const matmulOp: OpDefinition<MatmulAttributes> = defineOp({
  name: 'matmul',
  kind: {
    kind: 'contraction',
    transposes: ({ transposeA, transposeB }) => ({ a: transposeA, b: transposeB }),
  },
  infer([a, b], attributes) {
    const { m, k, inner, n } = sizes(a.shape, b.shape, attributes)
    const batch = a.shape.slice(0, -2)
    if (k !== inner || !sameShape(batch, b.shape.slice(0, -2))) {
      const marked = (shape: Shape, transposed: boolean) =>
        `${showShape(shape)}${transposed ? ' transposed' : ''}`
      throw new ShapeError(
        `matmul: ${marked(a.shape, attributes.transposeA)} times ${marked(b.shape, attributes.transposeB)}: ` +
          `the inner sizes ${k} and ${inner} must be equal.`,
      )
    }
    return [{ shape: [...batch, m, n], dtype: 'float32' }]
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB }, gradients: [dy], needed }) {
    if (!dy) return []
    const product = (x: Tensor, y: Tensor, xTransposed: boolean, yTransposed: boolean) =>
      applyOne(matmulOp, [x, y], { transposeA: xTransposed, transposeB: yTransposed })
    // With A and B standing for the operands as multiplied: dA = dY B', dB = A' dY.
    return [
      needed[0]
        ? transposeA
          ? product(b, dy, transposeB, true)
          : product(dy, b, false, !transposeB)
        : undefined,
      needed[1]
        ? transposeB
          ? product(dy, a, true, transposeA)
          : product(a, dy, !transposeA, false)
        : undefined,
    ]
  },
  reference([a, b], attributes, [output]) {
    const { k } = sizes(a.shape, b.shape, attributes)
    const [readA, readB] = [reader(a), reader(b)]
    return [
      referenceOf(output.shape, (at) => {
        const batch = at.slice(0, -2)
        const [m, n] = at.slice(-2)
        let total = 0
        for (let i = 0; i < k; i++) {
          const left = readA([...batch, ...(attributes.transposeA ? [i, m] : [m, i])])
          total += left * readB([...batch, ...(attributes.transposeB ? [n, i] : [i, n])])
        }
        return total
      }),
    ]
  },
})
