import type { FileModel } from './fileModel.js'
import { graphModels } from './graphs.js'
import { imageModels } from './images.js'
import { sequenceModels } from './sequences.js'
import { vectorModels } from './vectors.js'

/** The models of the file tests. */
export const fileModels: readonly FileModel[] = [
  ...vectorModels,
  ...imageModels,
  ...sequenceModels,
  ...graphModels,
]
