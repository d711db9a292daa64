import type { Variable } from '../graph/variable.js'
import { writeHdf5 } from '../saving/hdf5/writeHdf5.js'
import { copyKerasWeights } from './kerasWeights.js'
import type { AnyModel } from './model.js'
import { constantRate } from './optimizerState.js'
import { namedWeights } from './weightPaths.js'

/** Makes the file of what was copied, once for all who ask. May be called later, while training goes on. */
export type WeightsFile = () => Promise<Uint8Array<ArrayBuffer>>

/** What a file of weights depends on. */
interface Contents {
  readonly withOptimizer: boolean
  readonly variables: readonly Variable[]
  readonly versions: readonly number[]
  readonly learningRate: number | undefined
}

/** The last file of each model, as long as somebody is to write it. */
const lastFiles = new WeakMap<
  AnyModel,
  { readonly contents: Contents; readonly file: WeakRef<WeightsFile> }
>()

/**
 * The `.weights.h5` file of a model as of now. It is shared by all who ask for it before a variable changes, as those do who keep the last and
 * the best model of an epoch: half the time of a checkpoint goes into it.
 */
export async function weightsFile(model: AnyModel, withOptimizer: boolean): Promise<WeightsFile> {
  const contents = contentsOf(model, withOptimizer)
  const last = lastFiles.get(model)
  const shared = last && areSame(last.contents, contents) ? last.file.deref() : undefined
  if (shared) return shared
  const tree = await copyKerasWeights(model, withOptimizer)
  let written: Promise<Uint8Array<ArrayBuffer>> | undefined
  const file = () => {
    written ??= writeHdf5(tree)
    return written
  }
  lastFiles.set(model, { contents, file: new WeakRef(file) })
  return file
}

function contentsOf(model: AnyModel, withOptimizer: boolean): Contents {
  const { optimizer, state } = model
  const variables = [
    ...namedWeights(model).values(),
    ...(withOptimizer ? [...(optimizer?.variables ?? []), ...state.random.variables] : []),
  ]
  return {
    withOptimizer,
    variables,
    versions: variables.map(({ version }) => version),
    learningRate: optimizer && constantRate(optimizer),
  }
}

function areSame(a: Contents, b: Contents): boolean {
  return (
    a.withOptimizer === b.withOptimizer &&
    a.learningRate === b.learningRate &&
    a.variables.length === b.variables.length &&
    a.variables.every((variable, i) => variable === b.variables[i] && a.versions[i] === b.versions[i])
  )
}
