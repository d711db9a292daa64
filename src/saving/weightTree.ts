import { emptyTree, groupAt, type Hdf5Tree } from './hdf5/hdf5Tree.js'
import type { Hdf5Group } from './hdf5/openHdf5.js'
import type { StoredArray } from './storedArray.js'

/** Arrays that an object keeps, in order, and the object's name. */
export interface StoredObject {
  readonly name: string
  readonly arrays: readonly StoredArray[]
}

/**
 * The tree of a `.weights.h5` file: the arrays of an object at `layers/dense` are `layers/dense/vars/0`, `.../1` and so on. Those of the
 * model itself are at the empty path.
 */
export function weightTree(objects: ReadonlyMap<string, StoredObject>): Hdf5Tree {
  const root = emptyTree()
  for (const [path, { name, arrays }] of objects) {
    const members = new Map(arrays.map((array, i) => [String(i), array]))
    groupAt(root, path).members.set('vars', { attributes: { name }, members })
  }
  return root
}

/** The group with the arrays of the object at a path; `undefined` if the file has none. */
export function variablesAt(root: Hdf5Group, path: string): Hdf5Group | undefined {
  // Keras 2.13 wrote `_layer_checkpoint_dependencies` for `layers`.
  const older = path.replaceAll('layers', '_layer_checkpoint_dependencies')
  const group = descend(root, path) ?? (older === path ? undefined : descend(root, older))
  return group?.group('vars')
}

/** Properties were private in some versions of Keras: `_query_dense` for `query_dense`. */
const descend = (root: Hdf5Group, path: string): Hdf5Group | undefined =>
  path
    .split('/')
    .reduce<Hdf5Group | undefined>(
      (group, step) => (step === '' ? group : (group?.group(step) ?? group?.group(`_${step}`))),
      root,
    )
