import type { Layer } from '../../layers/index.js'
import { bicubicFloat64 } from '../bicubicFloat64.js'
import { compareAll } from '../compare.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject } from '../kerasObject.js'
import type { ConformanceCase } from '../suite.js'
import { runTraced } from '../traced.js'
import { layerData } from './layerData.js'

/**
 * TensorFlow takes the weights of bicubic interpolation from a table of 1024 places between two pixels. Thirds and fifths are not among
 * them, and its results are that much off, in float64 as well: the formula is the arbiter.
 */
export const enlargedCases: readonly ConformanceCase[] = (
  [
    [3, 3],
    [1, 5],
  ] as const
).map((size) => {
  const settings = { size, interpolation: 'bicubic' }
  return {
    entries: ['layers.UpSampling2D'],
    name: `${describe('UpSampling2D', settings)} of images`,
    run: async (peer) => {
      const { images } = layerData
      const keras = new KerasObject('layers.UpSampling2D', settings)
      const layer = makeObject(keras) as Layer
      const [output] = await runTraced([images], (x) => [layer(x)])
      const reply = await peer.ask<{ readonly outputs: readonly HostTensor[] }>('layer', {
        layer: keras,
        inputs: images,
      })
      const exact = async () => ({ output: bicubicFloat64(images, size) })
      return compareAll({ output }, { output: reply.outputs[0] }, exact)
    },
  }
})
