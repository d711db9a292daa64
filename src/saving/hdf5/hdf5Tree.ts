import { ArgumentError } from '../../errors.js'
import type { StoredArray } from '../storedArray.js'

/** A group that is to be written: attributes that are a text or a list of texts; arrays and more groups by their names. */
export interface Hdf5Tree<A = StoredArray> {
  readonly attributes?: Readonly<{ [name: string]: string | readonly string[] }>
  readonly members: ReadonlyMap<string, Hdf5Tree<A> | A>
}

/** A tree that is still being put together. */
export interface GrowingTree extends Hdf5Tree {
  readonly members: Map<string, Hdf5Tree | StoredArray>
}

export const emptyTree = (attributes?: Hdf5Tree['attributes']): GrowingTree => ({
  attributes,
  members: new Map(),
})

/**
 * The group at a path such as `layers/dense`, which is made if there is none; the root for an empty path.
 * @throws ArgumentError if an array stands in the way
 */
export function groupAt(root: GrowingTree, path: string): GrowingTree {
  if (path === '') return root
  return path.split('/').reduce((group, name) => {
    const found = group.members.get(name) ?? emptyTree()
    if (!('members' in found)) {
      throw new ArgumentError(
        `The file would hold an array and a group at '${path}'. Give the layers other names.`,
      )
    }
    group.members.set(name, found)
    return found as GrowingTree
  }, root)
}
