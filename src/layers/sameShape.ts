import type { BatchShape } from './batchShape.js'
import { Layer } from './layer.js'

/** Base of layers whose output has the shape of their input, and its mask. */
export abstract class SameShapeLayer extends Layer {
  override supportsMasking = true

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape
  }
}
