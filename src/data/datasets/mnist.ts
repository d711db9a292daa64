import { type IdxOptions, type IdxSource, loadIdxDataset } from './idxDataset.js'
import type { ImageDataset } from './labelledImages.js'

const source: IdxSource = {
  name: 'mnist',
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ],
  trainImages: {
    name: 'train-images-idx3-ubyte',
    bytes: 47_040_016,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte',
    bytes: 60_008,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  testImages: {
    name: 't10k-images-idx3-ubyte',
    bytes: 7_840_016,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte',
    bytes: 10_008,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
}

/**
 * MNIST: 60,000 training and 10,000 test pictures of handwritten digits (LeCun, Cortes and Burges 1998).
 *
 * In Node the files are looked for in `$GRADUS_DATA_DIR/mnist`, then in the cache (`$GRADUS_CACHE_DIR/mnist`, or
 * `gradus/mnist` in the system's folder for caches, on Linux `~/.cache`); then they are downloaded (11 MB), checked by
 * SHA-256 and kept in the cache. Browsers keep them in the Cache Storage.
 *
 * @returns images uint8 `[n, 28, 28, 1]`, white (255) on black (0); labels uint8 `[n]`, 0 to 9
 * @throws DataError when a file is damaged, or found nowhere and not to be downloaded; the message names every place.
 * `datasets.digits.load` draws digits without any file.
 * @example
 * const { train, test } = await datasets.mnist.load()
 */
export const load = (options: IdxOptions = {}): Promise<ImageDataset> => loadIdxDataset(source, options)
