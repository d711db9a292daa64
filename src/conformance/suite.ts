import type { Measurement } from './compare.js'
import type { KerasPeer, OtherPeer } from './kerasPeer.js'

/** One comparison of Gradus with Keras. */
export interface ConformanceCase {
  /** The public entries of Keras that this is a numeric case of: `losses.Huber`. */
  readonly entries: readonly string[]
  /** The row of the table that it belongs to. Default: the rows of its entries. */
  readonly row?: string
  /** What is compared, with its settings: `Huber(delta=0.5)`. */
  readonly name: string
  run(peer: KerasPeer): Promise<readonly Measurement[]>
}

/** All cases of one of Keras's modules, of whole training runs, of files, or of exported models. */
export interface Suite {
  readonly name: string
  /** What it needs beside the newest Keras: it is left out where that cannot be had, and of samples. */
  readonly needs?: OtherPeer
  readonly cases: readonly ConformanceCase[]
}
