/**
 * The ops of the tensor graph. Each stands in a file of its own, with its formula, shape rule, gradient and float64
 * reference. Operands may be tensors, variables or plain JavaScript data; elementwise ops broadcast and promote types
 * (bool < uint8 < int32 < float32).
 */

// Tensors from data, and their types.
export { Tensor } from '../graph/tensor.js'
export { Variable } from '../graph/variable.js'
export { abs } from './abs.js'
// Arithmetic.
export { add } from './add.js'
export { all } from './all.js'
export { any } from './any.js'
export { type ArgmaxOptions, argmax } from './argmax.js'
export { type ArgminOptions, argmin } from './argmin.js'
export { averagePool } from './averagePool.js'
// Bits of integers.
export { bitwiseAnd } from './bitwiseAnd.js'
export { bitwiseNot } from './bitwiseNot.js'
export { bitwiseOr } from './bitwiseOr.js'
export { bitwiseXor } from './bitwiseXor.js'
export { broadcastTo } from './broadcastTo.js'
export { cast } from './cast.js'
export { ceil } from './ceil.js'
export { clip } from './clip.js'
export { concatenate } from './concatenate.js'
export { conv } from './conv.js'
export { convImageGradient } from './convImageGradient.js'
export { convKernelGradient } from './convKernelGradient.js'
// Convolution and pooling over one, two or three spatial axes.
export type { ConvOptions, Padding, PoolOptions } from './convolutionGeometry.js'
export { cos } from './cos.js'
export type { CumulativeOptions } from './cumulative.js'
export { cumulativeProduct } from './cumulativeProduct.js'
export { cumulativeSum } from './cumulativeSum.js'
export { divide } from './divide.js'
export { dot, tensordot } from './dot.js'
export { einsum } from './einsum.js'
// Comparison, logic and choice.
export { equal } from './equal.js'
export { erf } from './erf.js'
// Elementary functions.
export { exp } from './exp.js'
export { expandDims } from './expandDims.js'
export { expm1 } from './expm1.js'
export { flip } from './flip.js'
export { floor } from './floor.js'
export { floorDivide } from './floorDivide.js'
// Random numbers: in a graph, and the same bits on the host.
export { foldIn, splitKey } from './foldIn.js'
export { type GeluOptions, gelu } from './gelu.js'
// Gradients.
export {
  type ArgumentFor,
  type Differentiable,
  type GradientOf,
  grad,
  gradients,
  type ValueAndGradients,
  valueAndGrad,
} from './gradient.js'
export { greater } from './greater.js'
export { greaterEqual } from './greaterEqual.js'
export {
  foldInKey,
  hostRandomBits,
  hostRandomNormal,
  hostRandomUniform,
  keyFromSeed,
  randomPermutation,
} from './hostRandom.js'
export { type ArangeOptions, arange, eye, iota } from './iota.js'
export { isFinite } from './isFinite.js'
export { isNaN } from './isNaN.js'
export { leftShift } from './leftShift.js'
export { less } from './less.js'
export { lessEqual } from './lessEqual.js'
export { log } from './log.js'
export { log1p } from './log1p.js'
export { logicalAnd } from './logicalAnd.js'
export { logicalNot } from './logicalNot.js'
export { logicalOr } from './logicalOr.js'
export { logSigmoid } from './logSigmoid.js'
export { logSumExp } from './logSumExp.js'
// Repetition with carried values.
export { type LoopOptions, type LoopResult, type LoopStep, loop } from './loop.js'
// Products of matrices.
export { type MatmulOptions, matmul } from './matmul.js'
export { max } from './max.js'
export { maximum } from './maximum.js'
export { maxPool } from './maxPool.js'
export { mean } from './mean.js'
export { min } from './min.js'
export { minimum } from './minimum.js'
export { mod } from './mod.js'
export { multiply } from './multiply.js'
export { negative } from './negative.js'
export { notEqual } from './notEqual.js'
export { type OneHotOptions, oneHot } from './oneHot.js'
export { pad } from './pad.js'
export { power } from './power.js'
export { prod } from './prod.js'
export { randomBits } from './randomBits.js'
export { type RandomNormalOptions, randomNormal } from './randomNormal.js'
export { type RandomUniformOptions, randomUniform } from './randomUniform.js'
export { reciprocal } from './reciprocal.js'
// Reductions.
export type { ReductionOptions } from './reduction.js'
export { relu } from './relu.js'
// Movement of elements.
export { reshape } from './reshape.js'
export { type Interpolation, type ResizeOptions, resize } from './resize.js'
export { rightShift } from './rightShift.js'
export { rightShiftUnsigned } from './rightShiftUnsigned.js'
export { round } from './round.js'
export { rsqrt } from './rsqrt.js'
export { scatterAdd, scatterAddAlongAxis } from './scatterAdd.js'
export { sigmoid } from './sigmoid.js'
export { sign } from './sign.js'
export { sin } from './sin.js'
export { slice, sliceAxis } from './slice.js'
export { logSoftmax, type SoftmaxOptions, softmax } from './softmax.js'
export { softplus } from './softplus.js'
export { softsign } from './softsign.js'
export { argsort, type SortOptions, sort, topK } from './sort.js'
export { split } from './split.js'
export { sqrt } from './sqrt.js'
export { square } from './square.js'
export { squeeze } from './squeeze.js'
export { stack } from './stack.js'
export { stopGradient } from './stopGradient.js'
export { subtract } from './subtract.js'
export { sum } from './sum.js'
export { sumPool } from './sumPool.js'
// Elements by index, order, running combinations.
export { take } from './take.js'
export { takeAlongAxis } from './takeAlongAxis.js'
export { tanh } from './tanh.js'
export {
  asTensor,
  full,
  literal,
  type NestedValues,
  ones,
  onesLike,
  scalar,
  type TensorLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './tensor.js'
export { type RandomKey, threefry } from './threefry.js'
export { repeat, tile } from './tile.js'
export { moveAxis, transpose } from './transpose.js'
export { trunc } from './trunc.js'
export { standardDeviation, variance } from './variance.js'
export { where } from './where.js'
