import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition, type PrefixScan } from '../graph/op.js'
import { resolveAxis, stridesOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { cast } from './cast.js'
import { accumulatorDtype } from './reduction.js'
import { asTensor, type TensorLike } from './tensor.js'

export interface CumulativeOptions {
  /** Default: 0. */
  readonly axis?: number
  /** Leave the element itself out, so that the first result is that of no elements. Default: false. */
  readonly exclusive?: boolean
  /** Run from the end. Default: false. */
  readonly reverse?: boolean
}

const cumulativeOptions: OptionKeys<CumulativeOptions> = { axis: true, exclusive: true, reverse: true }

export type CumulativeAttributes = {
  readonly axis: number
  readonly exclusive: boolean
  readonly reverse: boolean
}

/** What tells one running combination from another. */
export interface CumulativeRule {
  readonly name: string
  readonly combine: PrefixScan<CumulativeAttributes>['combine']
  readonly initial: number
  reference(a: number, b: number): number
  gradient(context: {
    readonly x: Tensor
    readonly dy: Tensor
    readonly options: CumulativeAttributes
  }): Tensor
}

/** Makes the public function of a running combination along an axis. */
export function defineCumulative(
  rule: CumulativeRule,
): (x: TensorLike, options?: CumulativeOptions) => Tensor {
  const op: OpDefinition<CumulativeAttributes> = defineOp<CumulativeAttributes>({
    name: rule.name,
    kind: { kind: 'prefixScan', combine: rule.combine, options: (attributes) => attributes },
    infer: ([x]) => [x],
    gradient: ({ inputs: [x], attributes, gradients: [dy] }) => [
      dy && rule.gradient({ x, dy, options: attributes }),
    ],
    reference([x], { axis, exclusive, reverse }, [{ dtype }]) {
      const data = new Float64Array(x.data.length)
      const stride = stridesOf(x.shape)[axis]
      const length = x.shape[axis]
      const wrap = dtype === 'int32' ? (value: number) => value | 0 : (value: number) => value
      x.data.forEach((_, index) => {
        if (Math.floor(index / stride) % length !== 0) return
        let total = rule.initial
        for (let step = 0; step < length; step++) {
          const at = index + (reverse ? length - 1 - step : step) * stride
          const next = wrap(rule.reference(total, x.data[at]))
          data[at] = exclusive ? total : next
          total = next
        }
      })
      return [{ shape: x.shape, data }]
    },
  })
  return (x, options = {}) => {
    checkOptions(options, rule.name, undefined, cumulativeOptions)
    const { axis = 0, exclusive = false, reverse = false } = options
    const value = asTensor(x)
    const operand = cast(value, accumulatorDtype(value.dtype))
    return applyOne(op, [operand], { axis: resolveAxis(axis, value.rank, rule.name), exclusive, reverse })
  }
}
