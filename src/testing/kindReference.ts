import type { DType } from '../graph/dtype.js'
import type { OperationNode } from '../graph/node.js'
import type { Movement, Reference } from '../graph/op.js'
import { sizeOf } from '../graph/shape.js'
import { reader, referenceOf } from '../ops/reference.js'
import { referenceMath, type TypedNumber } from './referenceMath.js'

const typeOf: Record<DType, TypedNumber['type']> = {
  float32: 'float',
  int32: 'int',
  uint8: 'int',
  bool: 'bool',
}

/**
 * What a node's kind says it computes, where the kind states the whole computation: the expression of elementwise and
 * random ops, the map of movements. Holding it against the op's own reference proves that what targets compile and what
 * tests expect are the same. Undefined for kinds whose computation the templates know.
 */
export function kindReference(node: OperationNode, inputs: readonly Reference[]): Reference | undefined {
  const { attributes } = node
  const { kind } = node.op
  const [output] = node.outputs
  switch (kind.kind) {
    case 'elementwise':
      return referenceOf(output.shape, (at, index) => {
        const values = inputs.map(({ data }, i) => ({
          type: typeOf[node.inputs[i].dtype],
          value: data[index],
        }))
        const dtypes = node.inputs.map(({ dtype }) => dtype)
        const math = kind.positional ? referenceMath(at, index) : referenceMath()
        return checked(kind.expression(math, values, attributes, dtypes), output.dtype)
      })
    case 'random': {
      const [word0, word1] = Array.from(inputs[0].data, (value) => ({ type: 'int', value }) as const)
      return referenceOf(output.shape, (at, index) => {
        const math = referenceMath(at, index)
        return checked(kind.expression(math, [word0, word1], math.linearIndex(), attributes), output.dtype)
      })
    }
    case 'movement':
      return moved(kind.movement(attributes, node.inputs), inputs, output.shape)
    case 'contraction':
    case 'convolution':
    case 'window':
    case 'reduction':
    case 'gather':
    case 'scatter':
    case 'prefixScan':
    case 'sort':
    case 'loop':
      return undefined
  }
}

function checked(result: TypedNumber, dtype: DType): number {
  if (result.type !== typeOf[dtype])
    throw new Error(`expression gives ${result.type} for an output of ${dtype}`)
  return dtype === 'uint8' ? result.value & 255 : result.value
}

function moved(movement: Movement, inputs: readonly Reference[], shape: readonly number[]): Reference {
  const [x] = inputs
  switch (movement.type) {
    case 'reshape':
      return { shape, data: x.data }
    case 'affine': {
      // Without a fill, a coordinate outside reads NaN, which no input of the tests holds.
      const read = reader(x, movement.fill)
      return referenceOf(shape, (at) =>
        read(
          movement.factor.map((row, a) =>
            row.reduce((sum, factor, o) => sum + factor * at[o], movement.offset[a]),
          ),
        ),
      )
    }
    case 'concatenate': {
      const data = new Float64Array(sizeOf(shape))
      const outer = sizeOf(shape.slice(0, movement.axis))
      let written = 0
      for (let row = 0; row < outer; row++) {
        for (const input of inputs) {
          const run = input.data.length / outer
          data.set(input.data.subarray(row * run, (row + 1) * run), written)
          written += run
        }
      }
      return { shape, data }
    }
  }
}
