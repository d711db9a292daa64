import {
  type Address,
  type BaseType,
  type Launch,
  noPreparation,
  type Program,
  type Step,
} from '../compiler/program.js'
import type { CanonicalTrace } from '../graph/canonical.js'
import { bytesPerElement, type DType } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { type Trace, trace } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import { LoopBuilder } from '../loops/builder.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'

/** Programs written by hand, so that the runtime can be tested without the compiler, and with functions that fail. */

export type HandMadeName = 'add' | 'accumulate' | 'rotate' | 'fail' | 'repeat'

/** A node that names the Program to run; it is never lowered. */
const handMade = defineOp<{ readonly program: HandMadeName }>({
  name: 'handMade',
  kind: { kind: 'elementwise', expression: (_, [a]) => a },
  infer: ([a]) => [a],
  reference: ([a]) => [a],
})

export const handMadeTensor = (program: HandMadeName, inputs: readonly Tensor[]): Tensor =>
  applyOne(handMade, inputs, { program })

/** A step with one float32 input of `size` elements that may assign `variable` and returns one tensor as large. */
export function handMadeTrace(program: HandMadeName, size: number, variable?: Variable): Trace {
  return trace([{ name: 'x', shape: [size], dtype: 'float32' }], (x) => {
    const result = handMadeTensor(program, variable ? [x, variable.value()] : [x])
    if (variable && program !== 'add') variable.assign(result)
    return [result]
  })
}

const baseType = ({ shape, dtype }: { shape: readonly number[]; dtype: DType }): BaseType => ({
  shape,
  dtype,
  bytes: sizeOf(shape) * bytesPerElement[dtype],
})

/** Stands in for the compiler: the last operation of the trace names the Program. */
export function compileHandMade(
  { trace: { graph, assignments }, variables, constants }: CanonicalTrace,
  { width }: Pick<TargetTraits, 'width'>,
): Program {
  const [result] = graph.results
  if (result.node.type !== 'operation') throw new Error('a hand-made trace ends in a hand-made op')
  const inputs = graph.parameters.map(baseType)
  const operands = [...graph.parameters, ...variables, ...constants]
  const size = result.size
  const outputBase = 1 + operands.length
  const name = result.node.attributes.program as HandMadeName
  const { functions, steps } = build[name](size, operands.length, outputBase, width)
  return {
    functions: new Map(functions.map((fn) => [`${fn.name}`, fn])),
    steps,
    inputs,
    variables: variables.map(baseType),
    constants: constants.map(baseType),
    outputs: graph.results.map(baseType),
    scratch: [],
    assigned: [...assignments.keys()].map((variable) => variables.indexOf(variable)),
    preparation: noPreparation,
    arenaBytes: 4 * size,
    report: {
      launches: functions.map((fn) => ({
        function: fn.name,
        ops: name,
        algorithm: 'by hand',
        grid: size,
        flops: size,
        bytes: 12 * size,
        lanes: { scalar: 'a test' },
      })),
      prepared: [],
      arenaBytes: 4 * size,
    },
  }
}

interface Built {
  readonly functions: readonly LoopFunction[]
  readonly steps: readonly Step[]
}

const at = (base: number, ...strides: number[]): Address => ({ base, offset: 0, strides })

const launch = (fn: LoopFunction, grid: number, args: readonly Address[]): Launch => ({
  type: 'launch',
  function: fn.name,
  arguments: args,
  grid,
  barrier: true,
  solo: false,
})

/** `out[i] = a[(i + shift) mod size] + b[i]`. With a shift, it reads what other threads wrote. */
function addFunction(name: string, size: number, shift: number, width: number): LoopFunction {
  const builder = new LoopBuilder(name, width)
  const a = builder.pointer('a', 'read')
  const b = builder.pointer('b', 'read')
  const out = builder.pointer('out', 'readwrite')
  builder.for(builder.begin, builder.end, 1, (i) => {
    const moved = builder.binary('rem', builder.add(i, builder.int(shift)), builder.int(size))
    const x = builder.load('f32', builder.advance(a, moved as typeof i, 4))
    const y = builder.load('f32', builder.advance(b, i, 4))
    builder.store('f32', builder.advance(out, i, 4), builder.add(x, y))
  })
  return builder.finish()
}

/** Reads far outside any buffer when it comes to the grid's last element. */
function failFunction(size: number, width: number): LoopFunction {
  const builder = new LoopBuilder(`fail${size}`, width)
  const a = builder.pointer('a', 'read')
  const out = builder.pointer('out', 'write')
  builder.for(builder.begin, builder.end, 1, (i) => {
    const isLast = builder.compare('eq', i, builder.int(size - 1))
    builder.if(isLast as Parameters<typeof builder.if>[0], () => {
      const far = builder.advance(a, builder.int(2 ** 29), 4)
      builder.store('f32', builder.advance(out, i, 4), builder.load('f32', far))
    })
  })
  return builder.finish()
}

const build: Record<HandMadeName, (size: number, operands: number, output: number, width: number) => Built> =
  {
    /** Output = first operand + last operand. */
    add(size, operands, output, width) {
      const fn = addFunction(`add${size}`, size, 0, width)
      return { functions: [fn], steps: [launch(fn, size, [at(1), at(operands), at(output)])] }
    },
    /** Variable += input; the output is the new value doubled. */
    accumulate(size, _, output, width) {
      const fn = addFunction(`add${size}`, size, 0, width)
      const steps = [launch(fn, size, [at(1), at(2), at(2)]), launch(fn, size, [at(2), at(2), at(output)])]
      return { functions: [fn], steps }
    },
    /** Scratch = input + variable, output = scratch moved by one + variable, and 20 times so: threads depend on barriers. */
    rotate(size, _, output, width) {
      const fn = addFunction(`rotate${size}`, size, 1, width)
      const steps: Step[] = [launch(fn, size, [at(1), at(2), at(0)])]
      for (let i = 0; i < 20; i++) {
        steps.push(launch(fn, size, [at(0), at(2), at(output)]), launch(fn, size, [at(output), at(1), at(0)]))
      }
      steps.push(launch(fn, size, [at(0), at(1), at(output)]), launch(fn, size, [at(0), at(1), at(2)]))
      return { functions: [fn], steps }
    },
    /** Fails on one thread, while the others wait at the barrier. */
    fail(size, _, output, width) {
      const fail = failFunction(size, width)
      const add = addFunction(`add${size}`, size, 0, width)
      const steps = [
        launch(add, size, [at(1), at(1), at(output)]),
        launch(fail, size, [at(1), at(output)]),
        launch(add, size, [at(1), at(1), at(output)]),
      ]
      return { functions: [add, fail], steps }
    },
    /** Output row r = input + variable row r, for rows of 4, by two nested repeats. */
    repeat(size, _, output, width) {
      const fn = addFunction('add4', 4, 0, width)
      const inner: Step = launch(fn, 4, [at(1, 32, 16), at(2, 32, 16), at(output, 32, 16)])
      const repeat: Step = { type: 'repeat', count: 2, barrier: false, steps: [inner] }
      return {
        functions: [fn],
        steps: [{ type: 'repeat', count: size / 8, barrier: false, steps: [repeat] }],
      }
    },
  }
