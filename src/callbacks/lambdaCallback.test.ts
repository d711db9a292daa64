import { beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { scriptedFit } from '../testing/scriptedFit.js'
import { lambdaCallback } from './lambdaCallback.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

describe('LambdaCallback', () => {
  it('is made of functions, which find model and parameters', async () => {
    const seen: number[] = []
    const callback = lambdaCallback({
      onEpochEnd(epoch, logs) {
        seen.push(logs.val_loss)
        if (epoch === this.params.epochs - 3) this.model.stopTraining = true
      },
      onTrainEnd: () => void seen.push(-1),
    })
    await scriptedFit([callback], [{ val_loss: 3 }, { val_loss: 2 }, { val_loss: 1 }, { val_loss: 0 }])
    expect(seen).toEqual([3, 2, -1])
  })

  it('is refused with functions that are never called', async () => {
    const callback = lambdaCallback({ onEpochsEnd: () => {} } as object)
    await expect(scriptedFit([callback], [{}])).rejects.toThrow(/lambda_callback.*Did you mean 'onEpochEnd'/)
  })
})
