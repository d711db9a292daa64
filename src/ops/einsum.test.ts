import { describe, expect, it } from 'vitest'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import { einsum } from './einsum.js'

/** The definition: for all values of all letters, the product of the operands is added to its place in the result. */
function byDefinition(equation: string, shapes: readonly (readonly number[])[]): number[] {
  const [inputs, output] = equation.split('->')
  const terms = inputs.split(',')
  const sizes = new Map(
    terms.flatMap((term, i) => [...term].map((letter, axis) => [letter, shapes[i][axis]] as const)),
  )
  const letters = [...sizes.keys()]
  const operands = shapes.map((shape, i) => referenceValues(sampleTensor(shape, i + 1)))
  const at = (term: string, place: ReadonlyMap<string, number>) =>
    [...term].reduce((index, letter) => index * Number(sizes.get(letter)) + Number(place.get(letter)), 0)
  const result = new Array<number>(
    [...output].reduce((size, letter) => size * Number(sizes.get(letter)), 1),
  ).fill(0)
  const visit = (depth: number, place: Map<string, number>) => {
    if (depth < letters.length) {
      for (let i = 0; i < Number(sizes.get(letters[depth])); i++)
        visit(depth + 1, place.set(letters[depth], i))
      return
    }
    result[at(output, place)] += terms.reduce((product, term, i) => product * operands[i][at(term, place)], 1)
  }
  visit(0, new Map())
  return result
}

const values = (equation: string, shapes: readonly (readonly number[])[]) =>
  referenceValues(einsum(equation, ...shapes.map((shape, i) => sampleTensor(shape, i + 1))))

describe('einsum', () => {
  it.each<[string, ...(readonly number[])[]]>([
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['ij,jk->ki', [2, 3], [3, 4]],
    ['ji,jk->ik', [3, 2], [3, 4]],
    ['ij,kj->ik', [2, 3], [4, 3]],
    ['ijk,kl->ijl', [2, 3, 4], [4, 5]],
    ['abc,cde->abde', [2, 3, 4], [4, 2, 3]],
    ['abcd,cde->abe', [2, 3, 4, 2], [4, 2, 3]],
    ['aecd,abcd->acbe', [2, 3, 2, 4], [2, 5, 2, 4]],
    ['acbe,aecd->abcd', [2, 2, 5, 3], [2, 3, 2, 4]],
    ['bi,bi->b', [3, 4], [3, 4]],
    ['bi,bj->bij', [2, 3], [2, 4]],
    ['i,i->', [5], [5]],
    ['i,j->ji', [3], [2]],
    ['ij->ji', [2, 3]],
    ['ij->', [2, 3]],
    ['ij->j', [2, 3]],
    ['ii->i', [3, 3]],
    ['ii->', [3, 3]],
    ['iji->j', [2, 3, 2]],
    ['iij,jk->ik', [2, 2, 3], [3, 4]],
    ['ij,jk,kl->il', [2, 3], [3, 4], [4, 2]],
    ['ij,j,ik->k', [2, 3], [3], [2, 4]],
    // An axis that stands in one operand alone is summed over there.
    ['ijx,jk->ik', [2, 3, 2], [3, 4]],
    ['ab,cd->ac', [2, 3], [2, 4]],
    ['ij,jk->ik', [2, 0], [0, 4]],
  ])('%s is what its definition says', (equation, ...shapes) => {
    const expected = byDefinition(equation, shapes)
    const received = values(equation, shapes)
    expect(received.length).toBe(expected.length)
    received.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12))
  })

  it('takes axes under an ellipsis as they come, and broadcasts them', () => {
    expect(
      values('...x,xy->...y', [
        [2, 3, 4],
        [4, 5],
      ]),
    ).toEqual(
      values('abx,xy->aby', [
        [2, 3, 4],
        [4, 5],
      ]),
    )
    expect(
      values('x...,xy->y...', [
        [4, 2, 3],
        [4, 5],
      ]),
    ).toEqual(
      values('xab,xy->yab', [
        [4, 2, 3],
        [4, 5],
      ]),
    )
    expect(
      values('...ij,...jk->...ik', [
        [2, 3, 4],
        [4, 5],
      ]),
    ).toEqual(
      values('aij,jk->aik', [
        [2, 3, 4],
        [4, 5],
      ]),
    )
    expect(
      values('...ij,...jk->...ik', [
        [6, 1, 2, 3],
        [5, 3, 4],
      ]),
    ).toEqual(
      values('axij,bjk->abik', [
        [6, 1, 2, 3],
        [5, 3, 4],
      ]),
    )
    expect(values('...x->x...', [[2, 3, 4]])).toEqual(values('abx->xab', [[2, 3, 4]]))
    expect(values('...->...', [[2, 3]])).toEqual(values('ab->ab', [[2, 3]]))
  })

  it('finds out the result where there is no arrow: letters that stand once, sorted', () => {
    expect(
      values('kj,ji', [
        [2, 3],
        [3, 4],
      ]),
    ).toEqual(
      values('kj,ji->ik', [
        [2, 3],
        [3, 4],
      ]),
    )
    expect(values('ii', [[3, 3]])).toEqual(values('ii->', [[3, 3]]))
    expect(
      values('...b,bc', [
        [2, 3],
        [3, 4],
      ]),
    ).toEqual(
      values('ab,bc->ac', [
        [2, 3],
        [3, 4],
      ]),
    )
  })

  it('says what does not fit', () => {
    const of =
      (equation: string, ...shapes: readonly (readonly number[])[]) =>
      () =>
        values(equation, shapes)
    expect(of('ij,jk->ik', [2, 3], [4, 5])).toThrow(
      /one letter must be of one size, received 3 and 4 for 'j'/,
    )
    expect(of('ij,jk->ik', [2, 3])).toThrow(/expected 2 operands, one for each term, received 1/)
    expect(of('ij->ik', [2, 3])).toThrow(/among the operands' letters, received 'ik'/)
    expect(of('ij->ii', [2, 3])).toThrow(/each letter of the result once/)
    expect(of('ijk->i', [2, 3])).toThrow(/expected an operand of 3 axes for 'ijk', received shape \[2, 3\]/)
    expect(of('i..j->i', [2, 3])).toThrow(/expected terms of letters/)
  })
})
