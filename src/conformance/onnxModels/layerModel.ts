import * as layers from '../../layers/index.js'
import type { Layer } from '../../layers/layer.js'
import * as models from '../../models/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { Samples } from '../samples.js'

const samples = new Samples(62)

/** Rows for the largest batch. */
const rows = 5

export const normal = (...shape: number[]) => samples.normal([rows, ...shape])
export const uniform = (...shape: number[]) => samples.uniform([rows, ...shape])
/** Whole numbers from 0 up to `count`, that one not included. */
export const numbers = (count: number, ...shape: number[]) => samples.labels([rows, ...shape], count)

/** A model of some layers in a row, on inputs of this shape. */
export const chain = (name: string, shape: readonly number[], make: () => readonly Layer[]): OnnxModel => ({
  name,
  x: normal(...shape),
  make: () => models.sequential([layers.input([...shape]), ...make()]),
})
