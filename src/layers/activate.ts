import type { ActivationFunction } from '../activations/get.js'
import { ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { expectTensor } from '../utils/expectTensor.js'

/**
 * An activation of a layer's sums.
 * @throws ShapeError naming the layer, if it changes their shape, by which the layers behind are built
 */
export function activate(title: string, activation: ActivationFunction, sums: Tensor): Tensor {
  const outputs = expectTensor(activation(sums), `${title}: activation`)
  if (String(outputs.shape) === String(sums.shape)) return outputs
  throw new ShapeError(
    `${title}: expected an activation that keeps the shape ${showShape(sums.shape)}, received one that gives ${showShape(outputs.shape)}. ` +
      'What changes it is a layer of its own: layers.lambda(...).',
  )
}
