import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { concatenate } from '../ops/concatenate.js'
import { equal } from '../ops/equal.js'
import { expandDims } from '../ops/expandDims.js'
import { greater } from '../ops/greater.js'
import { iota } from '../ops/iota.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { logicalOr } from '../ops/logicalOr.js'
import { logSumExp } from '../ops/logSumExp.js'
import { loop } from '../ops/loop.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { notEqual } from '../ops/notEqual.js'
import { pad } from '../ops/pad.js'
import { reshape } from '../ops/reshape.js'
import { logSoftmax } from '../ops/softmax.js'
import { stack } from '../ops/stack.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { takeAlongAxis } from '../ops/takeAlongAxis.js'
import { asTensor, type TensorLike, zeros } from '../ops/tensor.js'
import { transpose } from '../ops/transpose.js'
import { where } from '../ops/where.js'
import { checkClassNumbers, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/** The logarithm of no probability at all, finite so that differences of two exist. */
const NEVER = -1e30

/**
 * Connectionist temporal classification: `-ln` of the probability that the predictions, read step by step, give the label
 * sequence once repeats are merged and blanks dropped, for each sample. Labels `[batch, length]` are class numbers from 1
 * on, filled up with 0; class 0 is the blank. Predictions are logits `[batch, time, classes]`. Result: `[batch]`;
 * Infinity where a sequence does not fit into the time there is.
 *
 * Computed by the forward recursion over the labels with blanks around each, in logarithms. Source: Graves et al. 2006;
 * Keras's `ctc`.
 */
export function ctc(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [given, output] = [asTensor(yTrue), asTensor(yPred)]
  if (given.rank !== 2 || output.rank !== 3 || given.shape[0] !== output.shape[0]) {
    throw new ShapeError(
      `ctc: expected labels [batch, length] and logits [batch, time, classes], received ${showShape(given.shape)} and ` +
        `${showShape(output.shape)}.`,
    )
  }
  const [batch, time] = output.shape
  const labels = cast(given, 'int32')
  const states = withBlanks(labels)
  const logProbabilities = takeAlongAxis(
    logSoftmax(output),
    broadcastTo(expandDims(states, 1), [batch, time, states.shape[1]]),
  )
  // From a label one may come straight from the one before, unless they are equal: then a blank must lie between.
  const maySkip = logicalAnd(notEqual(states, shifted(states, 2, -1)), notEqual(states, 0))
  const start = broadcastTo(where(equal(iota([states.shape[1]]), 0), 0, NEVER), states.shape)

  const forward = loop(
    { initial: [start], sequences: [transpose(logProbabilities, [1, 0, 2])] },
    ([arrived], [emitted]) => {
      const skipped = where(maySkip, shifted(arrived, 2, NEVER), NEVER)
      const ways = stack([arrived, shifted(arrived, 1, NEVER), skipped])
      return { carries: [add(logSumExp(ways, { axis: 0 }), emitted)] }
    },
  )
  const lengths = sum(cast(notEqual(labels, 0), 'int32'), { axis: 1, keepDims: true })
  const last = multiply(2, lengths)
  const place = iota(states.shape, 1)
  const isEnd = logicalOr(equal(place, last), equal(place, subtract(last, 1)))
  const loss = negative(logSumExp(where(isEnd, forward.carries[0], NEVER), { axis: 1 }))
  return where(greater(loss, -NEVER / 2), Infinity, loss)
}

/** Labels `[batch, length]` with a blank (0) before, between and after them: `[batch, 2 length + 1]`. */
function withBlanks(labels: Tensor): Tensor {
  const [batch, length] = labels.shape
  const pairs = stack([zeros(labels.shape, 'int32'), labels], 2)
  return concatenate([reshape(pairs, [batch, 2 * length]), zeros([batch, 1], 'int32')], 1)
}

/** Rows moved to the right, with `fill` coming in. */
const shifted = (x: Tensor, by: number, fill: number): Tensor =>
  pad(
    x,
    [
      [0, 0],
      [by, -by],
    ],
    fill,
  )

/** Loss of sequences whose alignment to the input is unknown: see `ctc` for shapes and meaning. */
export class CTC extends Loss {
  static readonly className = 'CTC'

  override get expectsLogits(): boolean {
    return true
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return ctc(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    const { name, data, shape } = labels
    if (shape.length !== 2 || output.length !== 3) {
      throw new ShapeError(
        `${this.name}: expected labels [batch, length] and an output [batch, time, classes], received ${name} of shape ` +
          `${showShape(shape)} for the model's output ${showShape(output)}.`,
      )
    }
    const [, time, classes] = output
    checkClassNumbers(this.name, labels, classes)
    const length = shape[1]
    for (let sample = 0; sample < shape[0]; sample++) {
      const sequence = Array.from(data.subarray(sample * length, (sample + 1) * length)).filter(Boolean)
      const repeats = sequence.filter((label, i) => label === sequence[i - 1]).length
      if (sequence.length + repeats > time) {
        throw new ArgumentError(
          `${this.name}: sample ${sample} in ${name} needs ${sequence.length + repeats} steps (${sequence.length} labels, and ` +
            `a blank between each two that are equal), but the output has ${time}. Give it more steps or shorter labels.`,
        )
      }
    }
  }
}
