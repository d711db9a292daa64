import { compareReading, compareWriting, type WrittenForms } from '../compareFiles.js'
import type { FileForm, FileModel } from '../fileModels/fileModel.js'
import { fileModels } from '../fileModels/index.js'
import type { KerasPeer, KerasVersion } from '../kerasPeer.js'
import type { Suite } from '../suite.js'

const weightsForm: FileForm = '.weights.h5'
const versions: readonly KerasVersion[] = ['2.15', '3.0', 'newest']

/** Keras 2 writes its own form of `.keras`, which no later Keras reads; its `.h5` lives on. */
const formsOf: Readonly<Record<KerasVersion, readonly FileForm[]>> = {
  '2.15': ['.h5', '.weights.h5'],
  '3.0': ['.h5', '.keras', '.weights.h5'],
  newest: ['.h5', '.keras', '.weights.h5'],
}

const formsFor = ({ without = {} }: FileModel, version: KerasVersion): readonly FileForm[] =>
  formsOf[version].filter((form) => !without[version]?.includes(form))

const has = (version: KerasVersion, { since = '2.15', until = 'newest' }: FileModel): boolean =>
  versions.indexOf(version) >= versions.indexOf(since) && versions.indexOf(version) <= versions.indexOf(until)

/**
 * Models that say something which came after Keras 3.0: single inputs and outputs outside of lists, new names of initializers, new settings.
 * It reads no such file, whoever wrote it.
 */
const newerThan30: readonly string[] = [
  ...[
    'initialized',
    'frozen',
    'prepared',
    'residual',
    'causal',
    'lstm',
    'gru',
    'bidirectional',
    'cells',
    'encoder_decoder',
  ],
  ...['siamese', 'merged', 'nested', 'shared', 'transformer', 'attentions', 'reshaped', 'custom'],
]

/**
 * Weights that Keras 2.15 does not read as Gradus does: it looks for parts of attention under private names, and TensorFlow 2.15 computes
 * the recurrent layer 2.4e-5 away from the newest, which is beyond the limit.
 */
const otherwiseIn215: Readonly<Record<string, readonly FileForm[]>> = {
  transformer: ['.weights.h5'],
  lstm: ['.h5'],
}

/** Of what is newer than it, and of models in Keras 2 altogether, a Keras reads the weights. */
function writtenFor(model: FileModel, version: KerasVersion): WrittenForms {
  const forms = formsFor(model, version)
  const filled = forms.filter((form) => form === weightsForm)
  if (version === '2.15') {
    return { whole: [], filled: forms.filter((form) => !otherwiseIn215[model.name]?.includes(form)) }
  }
  if (version === '3.0' && newerThan30.includes(model.name)) return { whole: [], filled }
  return { whole: forms.filter((form) => form !== weightsForm), filled }
}

/** Files of one version of Keras, which Gradus reads, and files of Gradus that it reads. */
function fileSuite(version: KerasVersion): Suite {
  const models = fileModels.filter((model) => has(version, model))
  const named = version === 'newest' ? 'Keras' : `Keras ${version}`
  return {
    name: version === 'newest' ? 'files' : `files of Keras ${version}`,
    ...(version !== 'newest' && { needs: version }),
    cases: [
      ...models.map((model) => ({
        entries: [],
        row: `files of ${named}: read by Gradus`,
        name: `${model.name} from ${named}`,
        run: (peer: KerasPeer) => compareReading(peer.files(version), model, formsFor(model, version)),
      })),
      ...models.map((model) => ({
        entries: [],
        row: `files of Gradus: read by ${named}`,
        name: `${model.name} for ${named}`,
        run: (peer: KerasPeer) => compareWriting(peer.files(version), model, writtenFor(model, version)),
      })),
    ],
  }
}

export const fileSuites: readonly Suite[] = [fileSuite('newest'), fileSuite('3.0'), fileSuite('2.15')]
