import type { Tensor } from '../../graph/tensor.js'

/** Pictures and the class of each. */
export interface LabelledImages {
  /** uint8 `[n, height, width, channels]`, 0 (black) to 255. */
  readonly images: Tensor
  /** uint8 `[n]`: the class of each picture, 0 to classes - 1. */
  readonly labels: Tensor
}

/** A data set of pictures with its own division into training and test data. */
export interface ImageDataset {
  readonly train: LabelledImages
  readonly test: LabelledImages
}
