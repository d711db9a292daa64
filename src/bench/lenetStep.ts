import { createLenet } from '../cli/lenet.js'
import { digits } from '../data/datasets/index.js'
import { useExecutor } from '../graph/executor.js'
import type { Benchmark } from './benchmark.js'

export const lenetBatch = 128

/**
 * Floating-point operations of one training step of the LeNet, for a batch: only those of its convolutions and
 * matrix products, a product and a sum each.
 *
 * | layer | forward, in MFLOP at batch 128 | times |
 * | conv2d 20@5x5 | 24*24*20 outputs * 25 = 73.7 | 2: forward, kernel gradient; the image needs none |
 * | conv2d 50@5x5 | 8*8*50 outputs * 500 = 409.6 | 3: forward, kernel gradient, input gradient |
 * | dense 500 | 500 outputs * 800 = 102.4 | 3 |
 * | dense 10 | 10 outputs * 500 = 1.28 | 3 |
 *
 * Together 1,687 MFLOP. Pooling, activations, loss and Adam come on top and are not counted.
 */
export const lenetStepFlops = (batch: number): number => {
  const forward = (outputs: number, terms: number) => 2 * batch * outputs * terms
  return (
    2 * forward(24 * 24 * 20, 5 * 5) +
    3 * (forward(8 * 8 * 50, 5 * 5 * 20) + forward(500, 800) + forward(10, 500))
  )
}

/** Whole training steps of the LeNet: forward, loss, gradients, Adam and metrics, from bytes in ordinary arrays. */
export const lenetStepBenchmark: Benchmark = {
  name: `LeNet step, batch ${lenetBatch}`,
  flops: lenetStepFlops(lenetBatch),
  async prepare({ executor, threads }) {
    const { train } = await digits.load({ train: lenetBatch, test: 0 })
    const model = createLenet(1)
    return {
      name: `LeNet step, ${threads}`,
      async run(times) {
        useExecutor(executor)
        for (let i = 0; i < times; i++) await model.trainOnBatch(train.images, train.labels)
      },
    }
  },
}
