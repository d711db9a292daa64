import { getExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { type HostDType, HostTensor, hostArrayOf } from './hostTensor.js'

/** Computes a function of tensors as one Program on the default executor, and reads all its results. */
export async function runTraced(
  inputs: readonly HostTensor[],
  body: (...inputs: Tensor[]) => readonly Tensor[],
): Promise<HostTensor[]> {
  const types = inputs.map(({ shape, dtype }, i) => ({ name: `input${i}`, shape, dtype: gradusDtype(dtype) }))
  const traced = trace(types, body)
  const executable = await (await getExecutor()).compile(traced)
  const arrays = await executable.run(inputs.map(({ data }) => data as Exclude<typeof data, Float64Array>))
  return traced.graph.results.map(
    ({ shape, dtype }, i) => new HostTensor(dtype, shape, new hostArrayOf[dtype](arrays[i])),
  )
}

function gradusDtype(dtype: HostDType): Exclude<HostDType, 'float64'> {
  if (dtype === 'float64') throw new Error('Gradus computes in float32: a case must not send float64.')
  return dtype
}
