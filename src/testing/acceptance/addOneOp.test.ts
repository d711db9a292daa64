import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configure, getExecutor, grad, ops, type Tensor, tensor } from '../../index.js'
import { targets } from '../opTest.js'
import { builtFolder } from './runNode.js'

/** An elementwise op, as somebody would add it: one file that states it whole. */
const cube = `
  import { defineUnary } from '${builtFolder}ops/elementwise.js'
  import { multiply } from '${builtFolder}ops/multiply.js'

  export const cube = defineUnary({
    name: 'cube',
    operand: 'number',
    expression: (math, x) => math.mul(x, math.mul(x, x)),
    reference: (x) => x ** 3,
    gradient: ({ x, dy }) => multiply(dy, multiply(3, multiply(x, x))),
  })
`

/** A movement of elements: the transpose along the other diagonal of a matrix. */
const antiTranspose = `
  import { applyOne } from '${builtFolder}graph/node.js'
  import { defineOp } from '${builtFolder}graph/op.js'
  import { asTensor } from '${builtFolder}ops/tensor.js'

  export const antiTranspose = (x) => applyOne(antiTransposeOp, [asTensor(x)], {})

  const antiTransposeOp = defineOp({
    name: 'antiTranspose',
    kind: {
      kind: 'movement',
      movement: (_, [{ shape: [rows, columns] }]) => ({
        type: 'affine',
        offset: [rows - 1, columns - 1],
        factor: [[0, -1], [-1, 0]],
      }),
    },
    infer: ([{ shape: [rows, columns], dtype }]) => [{ shape: [columns, rows], dtype }],
    gradient: ({ gradients: [dy] }) => [dy && antiTranspose(dy)],
    reference: ([{ shape: [rows, columns], data }], _, [{ shape }]) => [
      { shape, data: data.map((_, at) => {
        const [i, j] = [Math.floor(at / rows), at % rows]
        return data[(rows - 1 - j) * columns + columns - 1 - i]
      }) },
    ],
  })
`

let folder: string
let newOps: Record<'cube' | 'antiTranspose', (x: Tensor) => Tensor>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-op-'))
  const load = async (name: string, source: string) => {
    const file = join(folder, `${name}.mjs`)
    await writeFile(file, source)
    return import(/* @vite-ignore */ pathToFileURL(file).href)
  }
  newOps = { ...(await load('cube', cube)), ...(await load('antiTranspose', antiTranspose)) }
})
afterAll(async () => {
  await configure({ target: 'auto' })
  await rm(folder, { recursive: true })
})

describe.each(targets)('An op in a file of its own, on the target %s,', (target) => {
  beforeAll(() => configure({ target, threads: 2 }))

  it('works forward and backward: cube, elementwise', async () => {
    const values = Float32Array.from({ length: 37 }, (_, i) => (i - 18) / 4)
    const before = (await getExecutor()).statistics
    expect(before.target).toBe(target)
    const y = await newOps.cube(tensor(values)).data()
    expect(Array.from(y)).toEqual(Array.from(values, (x) => x ** 3))
    const slope = await grad((x: Tensor) => ops.sum(newOps.cube(x)))(values).data()
    expect(Array.from(slope)).toEqual(Array.from(values, (x) => 3 * x * x))
    const after = (await getExecutor()).statistics
    expect(after.programsCompiled - before.programsCompiled).toBe(2)
  })

  it('works forward and backward: antiTranspose, a movement, fused with what stands around it', async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(await newOps.antiTranspose(x).array()).toEqual([
      [6, 3],
      [5, 2],
      [4, 1],
    ])
    const weights = [
      [1, 10],
      [100, 1000],
      [10_000, 100_000],
    ]
    const loss = (z: Tensor) => ops.sum(ops.multiply(newOps.antiTranspose(ops.square(z)), weights))
    expect(await grad(loss)(x).array()).toEqual([
      [200_000, 4000, 60],
      [80_000, 1000, 12],
    ])
  })
})
