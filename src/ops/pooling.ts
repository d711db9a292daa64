import { ShapeError } from '../errors.js'
import type { Reference, TensorType } from '../graph/op.js'
import { type Shape, sameShape, showShape } from '../graph/shape.js'
import { type WindowAttributes, windowCounts } from './convolutionGeometry.js'
import { forEachCoordinate, indexer } from './reference.js'

/** The shape of one value for each window over `[batch, ...spatial, channels]`. */
export function pooledShape(what: string, image: Shape, geometry: WindowAttributes): Shape {
  const counts = windowCounts(what, image.slice(1, -1), geometry.size, geometry)
  return [image[0], ...counts, image[image.length - 1]]
}

/** Checks that a gradient has the shape of the pooled image. */
export function checkPooled(what: string, dy: TensorType, image: Shape, geometry: WindowAttributes): void {
  const expected = pooledShape(what, image, geometry)
  if (!sameShape(dy.shape, expected)) {
    throw new ShapeError(
      `${what}: pooling ${showShape(image)} gives ${showShape(expected)}; received ${showShape(dy.shape)} as its gradient.`,
    )
  }
}

/** Visits each window with the places of the image that it holds, in row-major order. */
export function forEachWindow(
  image: Pick<Reference, 'shape'>,
  output: Pick<Reference, 'shape'>,
  { size, strides, padding }: WindowAttributes,
  visit: (outputIndex: number, places: readonly number[]) => void,
): void {
  const locate = indexer(image.shape)
  const spatial = image.shape.slice(1, -1)
  forEachCoordinate(output.shape, (at, outputIndex) => {
    const places: number[] = []
    forEachCoordinate(size, (offset) => {
      const place = offset.map((o, axis) => at[axis + 1] * strides[axis] + o - padding[axis][0])
      if (place.every((position, axis) => position >= 0 && position < spatial[axis])) {
        places.push(locate([at[0], ...place, at[at.length - 1]]))
      }
    })
    visit(outputIndex, places)
  })
}
