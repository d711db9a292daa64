import { getExecutor } from '../../graph/executor.js'
import type { Tensor } from '../../graph/tensor.js'
import { trace } from '../../graph/trace.js'
import type { Variable } from '../../graph/variable.js'
import type { AnyLayer } from '../../layers/layer.js'
import { flatTensors, type Tensors } from '../../layers/tensors.js'
import { add } from '../../ops/add.js'
import { gradients as gradientsOf } from '../../ops/gradient.js'
import { multiply } from '../../ops/multiply.js'
import { stopGradient } from '../../ops/stopGradient.js'
import { sum } from '../../ops/sum.js'
import type { AnyModel } from '../model.js'
import { trainingBody } from '../step.js'
import { batchInputs } from '../stepBatch.js'
import type { FeedBatch } from '../supply.js'
import type { WeightGradient } from '../trainingStep.js'
import { healthOf } from './standStill.js'

/** What a step that was computed once more shows. */
export interface Findings {
  readonly loss: number
  /** The weights that were not finite before the step. */
  readonly weights: readonly Variable[]
  /** The first layer to be done whose outputs are not finite. */
  readonly forward: AnyLayer | undefined
  /** The first layer, going back from the loss, that was given finite gradients and made others of them. */
  readonly backward: AnyLayer | undefined
  /** The weights whose gradients are not finite. */
  readonly gradients: readonly Variable[]
}

/** A layer that was called, in the order in which layers were done. */
interface Call {
  readonly layer: AnyLayer
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

/** Computes a training step once more, from the state before it, and looks at each layer, forwards and backwards. */
export async function replay(model: AnyModel, batch: FeedBatch): Promise<Findings> {
  const inputs = batchInputs(batch.types)
  const rates = model.optimizers.map((_, i) => ({ name: `rate_${i}`, shape: [], dtype: 'float32' }) as const)
  const calls: Call[] = []
  let changed: readonly WeightGradient[] = []
  const { weights } = model
  const { graph } = trace([...inputs, ...rates], (...tensors) => {
    // Before the step assigns new values.
    const states = weights.map((weight) => healthOf([weight.value()]))
    const entered: Tensors[] = []
    const observer = {
      enter: (_: AnyLayer, given: Tensors) => void entered.push(given),
      leave: (layer: AnyLayer, outputs: Tensors) =>
        void calls.push({ layer, inputs: flatTensors(entered.pop() ?? []), outputs: flatTensors(outputs) }),
    }
    const { losses, gradients } = trainingBody(model, batch.types, tensors, { observer })
    changed = gradients
    const { given, made } = slopesOf(calls, losses)
    const looked = [...calls.map(({ outputs }) => outputs), ...given, ...made]
    return [
      losses[0],
      ...[...states, ...gradients.map(({ gradient }) => healthOf([gradient])), ...looked.map(healthOf)],
    ]
  })
  // Nothing is assigned: the step only says what it would have computed.
  const program = await (await getExecutor()).compile({ graph, assignments: new Map() })
  const [[loss], ...flags] = await program.run([...batch.again(), ...rates.map(() => new Float32Array(1))])
  let next = 0
  const failures = <T>(checked: readonly T[]) => checked.filter(() => flags[next++][0] === 0)
  const found = {
    loss,
    weights: failures(weights),
    gradients: failures(changed).map(({ weight }) => weight),
    forward: failures(calls)[0]?.layer,
  }
  const given = new Set(failures(calls))
  const made = failures(calls).filter((call) => !given.has(call))
  // A model, or a layer of layers, is only to blame if none in it is.
  const origin = made.findLast(({ layer }) => layer.sublayers().length === 0) ?? made.at(-1)
  return { ...found, backward: origin?.layer }
}

interface Slopes {
  /** The gradients that each call was given, for its outputs. */
  readonly given: readonly (readonly Tensor[])[]
  /** What it made of them alone, for its inputs and its layer's weights. */
  readonly made: readonly (readonly Tensor[])[]
}

/** How gradients go back through each call. */
function slopesOf(calls: readonly Call[], losses: readonly Tensor[]): Slopes {
  const scalars = losses.filter(({ dtype, shape }) => dtype === 'float32' && shape.length === 0)
  if (scalars.length === 0) return { given: calls.map(() => []), made: calls.map(() => []) }
  const total = scalars.reduce((a, b) => add(a, b))
  const flat = gradientsOf(
    total,
    calls.flatMap(({ outputs }) => outputs.filter(isFloat)),
  )
  let next = 0
  const given = calls.map(({ outputs }) => outputs.filter(isFloat).map(() => flat[next++]))
  const made = calls.map(({ layer, inputs, outputs }, i) => {
    const parts = outputs.filter(isFloat).map((output, j) => sum(multiply(output, stopGradient(given[i][j]))))
    if (parts.length === 0) return []
    return gradientsOf(
      parts.reduce((a, b) => add(a, b)),
      [...inputs.filter(isFloat), ...layer.trainableWeights],
    )
  })
  return { given, made }
}

const isFloat = ({ dtype }: Tensor) => dtype === 'float32'
