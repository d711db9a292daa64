import { describe, expect, it } from 'vitest'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { relu } from '../ops/relu.js'
import { scalar, tensor } from '../ops/tensor.js'
import { reachable } from './graph.js'
import { simplify } from './simplify.js'
import { Variable } from './variable.js'
import { verifyGraph } from './verify.js'

const operations = (results: Parameters<typeof reachable>[0]) =>
  reachable(results).filter((node) => node.type === 'operation')

describe('simplify', () => {
  it('computes equal operations once', () => {
    const x = tensor([1, 2, 3])
    const results = simplify([add(relu(x), relu(x))])
    expect(operations(results).map((node) => node.op.name)).toEqual(['relu', 'add'])
    verifyGraph(results, 'simplify')
  })

  it('takes two reads of a variable, and two literals of one value, for one', () => {
    const variable = new Variable([1, 2], [2])
    const results = simplify([add(multiply(variable.value(), 2), multiply(variable.value(), 2))])
    expect(operations(results).filter((node) => node.op.name === 'multiply')).toHaveLength(1)
  })

  it('keeps operations apart that differ in an attribute', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    const both = [add(x, 1), add(x, 2)]
    expect(operations(simplify(both)).filter((node) => node.op.name === 'add')).toHaveLength(2)
  })

  it('folds operations on literals, rounded to their type', () => {
    const [folded] = simplify([add(multiply(0.1, 3), 1)])
    expect(folded.node).toMatchObject({ type: 'constant', literal: true })
    expect(folded.knownData()[0]).toBe(Math.fround(Math.fround(Math.fround(0.1) * 3) + 1))
  })

  it('does not fold data', () => {
    const data = tensor([0.5])
    expect(operations(simplify([add(data, scalar(1))])).map((node) => node.op.name)).toContain('add')
  })
})
