import { ArgumentError, ShapeError } from '../errors.js'
import { showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { equal } from './equal.js'
import { iota } from './iota.js'
import { matmul } from './matmul.js'
import { multiply } from './multiply.js'
import { reshape } from './reshape.js'
import { sum } from './sum.js'
import { asTensor, type TensorLike } from './tensor.js'
import { transpose } from './transpose.js'
import { where } from './where.js'

/** A tensor with a label for each axis: a letter, or `...0`, `...1`, counted from the last, for axes under an ellipsis. */
interface Labelled {
  readonly value: Tensor
  readonly labels: readonly string[]
}

/**
 * Sums of products over axes that are named by letters, as Keras's and NumPy's `einsum`, in `float32`. Each operand has a term of
 * one letter for each axis; axes of one letter are multiplied together, and summed over unless the letter stands behind the
 * arrow. `...` stands for any axes, which are broadcast. Without an arrow the result has the letters that stand once, sorted.
 *
 * @throws ArgumentError if the equation cannot be read; ShapeError if it does not fit the operands
 * @example einsum('ij,jk->ik', a, b) // the product of two matrices
 * @example einsum('bqhd,bkhd->bhqk', queries, keys)
 */
export function einsum(equation: string, ...operands: readonly TensorLike[]): Tensor {
  const title = `einsum '${equation}'`
  const { terms, output } = read(equation, title)
  if (terms.length !== operands.length || operands.length === 0) {
    throw new ArgumentError(
      `${title}: expected ${terms.length} operands, one for each term, received ${operands.length}.`,
    )
  }
  const labelled = operands.map((operand, i) => label(cast(asTensor(operand), 'float32'), terms[i], title))
  checkSizes(labelled, title)
  const elided = [
    ...new Set(labelled.flatMap(({ labels }) => labels.filter((each) => each.startsWith('...')))),
  ]
  const wanted = labelsOf(output ?? implicitOutput(terms), elided.length)
  const unknown = wanted.find((each) => !labelled.some(({ labels }) => labels.includes(each)))
  if (unknown !== undefined || new Set(wanted).size !== wanted.length) {
    throw new ArgumentError(
      `${title}: expected each letter of the result once, and among the operands' letters, received '${output}'.`,
    )
  }
  const result = labelled
    .map(diagonal)
    .reduce((a, b, i) =>
      contract(a, b, [...wanted, ...labelled.slice(i + 1).flatMap(({ labels }) => labels)]),
    )
  return arranged(summed(result, wanted), wanted)
}

interface Equation {
  readonly terms: readonly string[]
  readonly output: string | undefined
}

function read(equation: string, title: string): Equation {
  const parts = equation.replaceAll(' ', '').split('->')
  const [inputs, output] = parts
  const terms = inputs.split(',')
  const isTerm = (term: string) => /^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term)
  if (parts.length <= 2 && [...terms, output ?? ''].every(isTerm)) return { terms, output }
  throw new ArgumentError(
    `${title}: expected terms of letters such as 'ij,jk->ik', in each of which '...' may stand once, received '${equation}'.`,
  )
}

/** An operand's axes under the letters of its term. */
function label(value: Tensor, term: string, title: string): Labelled {
  const letters = term.replace('...', '').length
  const hasEllipsis = term.includes('...')
  if (hasEllipsis ? value.rank < letters : value.rank !== letters) {
    throw new ShapeError(
      `${title}: expected an operand of ${letters} axes${hasEllipsis ? ' or more' : ''} for '${term}', received shape ` +
        `${showShape(value.shape)}.`,
    )
  }
  return { value, labels: labelsOf(term, value.rank - letters) }
}

const labelsOf = (term: string, elided: number): string[] => {
  const [before, after] = term.split('...')
  if (after === undefined) return [...term]
  return [...before, ...Array.from({ length: elided }, (_, i) => `...${elided - 1 - i}`), ...after]
}

function checkSizes(operands: readonly Labelled[], title: string): void {
  const sizes = new Map<string, number>()
  for (const { value, labels } of operands) {
    labels.forEach((each, axis) => {
      const size = value.shape[axis]
      const before = sizes.get(each)
      const isBroadcast = each.startsWith('...') && (before === 1 || size === 1)
      if (before !== undefined && before !== size && !isBroadcast) {
        throw new ShapeError(
          `${title}: axes of one letter must be of one size, received ${before} and ${size} for '${each}', in shapes ` +
            `${operands.map((operand) => showShape(operand.value.shape)).join(', ')}.`,
        )
      }
      if (before === undefined || before === 1) sizes.set(each, size)
    })
  }
}

/** What stands once, in alphabetical order, behind what an ellipsis stands for. */
function implicitOutput(terms: readonly string[]): string {
  const letters = [...terms.join('').replaceAll('.', '')].sort()
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
  return `${terms.some((term) => term.includes('...')) ? '...' : ''}${once.join('')}`
}

/** Of axes of one letter within an operand, the places where their coordinates are equal. */
function diagonal({ value, labels }: Labelled): Labelled {
  const second = labels.findIndex((each, axis) => labels.indexOf(each) < axis)
  if (second < 0) return { value, labels }
  const first = labels.indexOf(labels[second])
  const onDiagonal = equal(iota(value.shape, first), iota(value.shape, second))
  return diagonal({
    value: sum(where(onDiagonal, value, 0), { axis: second }),
    labels: labels.toSpliced(second, 1),
  })
}

/** The operand summed over all axes that are not wanted. */
function summed({ value, labels }: Labelled, wanted: readonly string[]): Labelled {
  const axis = labels.flatMap((each, i) => (wanted.includes(each) ? [] : [i]))
  if (axis.length === 0) return { value, labels }
  return { value: sum(value, { axis }), labels: labels.filter((each) => wanted.includes(each)) }
}

/** The product of two operands, summed over the axes that neither the result nor other operands need. */
function contract(x: Labelled, y: Labelled, needed: readonly string[]): Labelled {
  const [a, b] = [summed(x, [...needed, ...y.labels]), summed(y, [...needed, ...x.labels])]
  const shared = a.labels.filter((each) => b.labels.includes(each))
  const batch = shared.filter((each) => needed.includes(each))
  const inner = shared.filter((each) => !needed.includes(each))
  const [ofA, ofB] = [a, b].map(({ labels }) => labels.filter((each) => !shared.includes(each)))
  const labels = [...batch, ...ofA, ...ofB]
  if (inner.length === 0 || (ofA.length === 0 && ofB.length === 0)) {
    const all = [...labels, ...inner]
    return summed({ value: multiply(spread(a, all), spread(b, all)), labels: all }, labels)
  }
  // An operand in which the axes summed over stand first is read transposed, not moved.
  const transposeA = sameOrder(a.labels, [...batch, ...inner, ...ofA])
  const transposeB = !sameOrder(b.labels, [...batch, ...inner, ...ofB])
  const left = transposeA ? grouped(a, batch, inner, ofA) : grouped(a, batch, ofA, inner)
  const right = transposeB ? grouped(b, batch, ofB, inner) : grouped(b, batch, inner, ofB)
  const product = matmul(left, right, { transposeA, transposeB })
  const sizes = [...sizesOf(a, ofA), ...sizesOf(b, ofB)]
  return { value: reshape(product, [...product.shape.slice(0, -2), ...sizes]), labels }
}

const sameOrder = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join()

const sizesOf = ({ value, labels }: Labelled, of: readonly string[]): number[] =>
  of.map((each) => value.shape[labels.indexOf(each)])

/** The operand's axes in this order. */
const arranged = ({ value, labels }: Labelled, order: readonly string[]): Tensor =>
  transpose(
    value,
    order.map((each) => labels.indexOf(each)),
  )

/** The operand with axes of size 1 for the letters that it does not have. */
function spread(operand: Labelled, order: readonly string[]): Tensor {
  const own = order.filter((each) => operand.labels.includes(each))
  const value = arranged(operand, own)
  return reshape(
    value,
    order.map((each) => (own.includes(each) ? value.shape[own.indexOf(each)] : 1)),
  )
}

/** `[...batch, rows, columns]`, in which rows and columns are each several axes in one. */
function grouped(
  operand: Labelled,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): Tensor {
  const value = arranged(operand, [...batch, ...rows, ...columns])
  const [rowSizes, columnSizes] = [sizesOf(operand, rows), sizesOf(operand, columns)]
  return reshape(value, [...sizesOf(operand, batch), sizeOf(rowSizes), sizeOf(columnSizes)])
}
