import type { Tensor } from '../../graph/tensor.js'
import { abs } from '../../ops/abs.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { clip } from '../../ops/clip.js'
import { divide } from '../../ops/divide.js'
import { floor } from '../../ops/floor.js'
import { greater } from '../../ops/greater.js'
import { greaterEqual } from '../../ops/greaterEqual.js'
import { iota } from '../../ops/iota.js'
import { less } from '../../ops/less.js'
import { lessEqual } from '../../ops/lessEqual.js'
import { logicalAnd } from '../../ops/logicalAnd.js'
import { multiply } from '../../ops/multiply.js'
import { negative } from '../../ops/negative.js'
import { reshape } from '../../ops/reshape.js'
import { sign } from '../../ops/sign.js'
import { subtract } from '../../ops/subtract.js'
import { take } from '../../ops/take.js'
import { trunc } from '../../ops/trunc.js'
import { where } from '../../ops/where.js'

/**
 * What lies outside an image: its mirror image, with the edge twice (`'reflect'`), its other side (`'wrap'`), its edge
 * (`'nearest'`), or a fixed value (`'constant'`).
 */
export type FillMode = 'reflect' | 'wrap' | 'constant' | 'nearest'
export const fillModes: readonly FillMode[] = ['reflect', 'wrap', 'constant', 'nearest']

export type AffineInterpolation = 'nearest' | 'bilinear'
export const affineInterpolations: readonly AffineInterpolation[] = ['nearest', 'bilinear']

export interface AffineOptions {
  readonly interpolation: AffineInterpolation
  readonly fillMode: FillMode
  readonly fillValue: number
}

/** Where a pixel comes from, `[batch]` each: `x' = a x + b y + c` of the place (x, y) in the output, and so y'. */
export interface AffineMap {
  readonly x: readonly [a: Tensor, b: Tensor, c: Tensor]
  readonly y: readonly [a: Tensor, b: Tensor, c: Tensor]
}

/** A coordinate beyond the pixels 0 ... size - 1 as the mode has it. */
const inside: Record<FillMode, (at: Tensor, size: number) => Tensor> = {
  constant: (at) => at,
  nearest: (at, size) => clip(at, 0, size - 1),
  reflect(at, size) {
    if (size === 1) return multiply(at, 0)
    const period = 2 * size
    const before = add(at, multiply(trunc(divide(negative(at), period)), period))
    const low = where(less(before, -size), add(before, period), subtract(negative(before), 1))
    const after = subtract(at, multiply(trunc(divide(at, period)), period))
    const high = where(greaterEqual(after, size), subtract(period - 1, after), after)
    return clip(where(less(at, 0), low, where(greater(at, size - 1), high, at)), 0, size - 1)
  },
  wrap(at, size) {
    if (size === 1) return multiply(at, 0)
    const turns = (value: Tensor) => multiply(trunc(divide(value, size - 1)), size)
    const low = add(at, add(turns(negative(at)), size))
    const high = subtract(at, turns(at))
    return clip(where(less(at, 0), low, where(greater(at, size - 1), high, at)), 0, size - 1)
  },
}

/**
 * Images `[batch, height, width, channels]`, each seen through a map of its own (Keras's `ops.image.affine_transform`, as TensorFlow
 * computes it): every pixel is read at the place the map gives, from the nearest pixel or between the four around.
 */
export function affineTransform(images: Tensor, map: AffineMap, options: AffineOptions): Tensor {
  const { interpolation, fillMode, fillValue } = options
  const [batch, height, width, channels] = images.shape
  const places = [batch, height, width]
  const [row, column] = [1, 2].map((axis) => cast(iota(places, axis), 'float32'))
  const along = ([a, b, c]: AffineMap['x'], size: number) => {
    const [ofX, ofY, shift] = [a, b, c].map((each) => reshape(each, [batch, 1, 1]))
    return inside[fillMode](add(add(multiply(column, ofX), multiply(row, ofY)), shift), size)
  }
  const [x, y] = [along(map.x, width), along(map.y, height)]
  const pixels = reshape(images, [batch * height * width, channels])
  const first = multiply(iota(places, 0), height * width)
  const read = (atY: Tensor, atX: Tensor): Tensor => {
    const isInside = [
      ...[greaterEqual(atY, 0), lessEqual(atY, height - 1)],
      ...[greaterEqual(atX, 0), lessEqual(atX, width - 1)],
    ].reduce((p, q) => logicalAnd(p, q))
    const [ofY, ofX] = [clip(atY, 0, height - 1), clip(atX, 0, width - 1)].map((each) => cast(each, 'int32'))
    const value = take(pixels, add(first, add(multiply(ofY, width), ofX)))
    return where(reshape(isInside, [...places, 1]), value, fillValue)
  }
  if (interpolation === 'nearest') return read(rounded(y), rounded(x))
  const [top, left] = [floor(y), floor(x)]
  const [bottom, right] = [add(top, 1), add(left, 1)]
  const weight = (share: Tensor, value: Tensor) => multiply(value, reshape(share, [...places, 1]))
  const between = (atY: Tensor) =>
    add(weight(subtract(right, x), read(atY, left)), weight(subtract(x, left), read(atY, right)))
  return add(weight(subtract(bottom, y), between(top)), weight(subtract(y, top), between(bottom)))
}

/** To the nearest whole number, halves away from 0. */
const rounded = (x: Tensor): Tensor => multiply(sign(x), floor(add(abs(x), 0.5)))
