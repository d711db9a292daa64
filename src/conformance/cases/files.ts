import { compareReading, compareWriting } from '../compareFiles.js'
import type { FileForm, FileModel } from '../fileModels/fileModel.js'
import { fileModels } from '../fileModels/index.js'
import type { KerasPeer, KerasVersion } from '../kerasPeer.js'
import type { Suite } from '../suite.js'

const versions: readonly KerasVersion[] = ['2.15', '3.0', 'newest']

/** Keras 2 writes its own form of `.keras`, which no later Keras reads; its `.h5` lives on. */
const formsOf: Readonly<Record<KerasVersion, readonly FileForm[]>> = {
  '2.15': ['.h5', '.weights.h5'],
  '3.0': ['.h5', '.keras', '.weights.h5'],
  newest: ['.h5', '.keras', '.weights.h5'],
}

const formsFor = ({ without = {} }: FileModel, version: KerasVersion): readonly FileForm[] =>
  formsOf[version].filter((form) => !without[version]?.includes(form))

const has = (version: KerasVersion, { since = '2.15' }: FileModel): boolean =>
  versions.indexOf(version) >= versions.indexOf(since)

/** Files of one version of Keras, which Gradus reads; where both ways are compared, files of Gradus as well. */
function fileSuite(version: KerasVersion, directions: { readonly bothWays: boolean }): Suite {
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
      ...(directions.bothWays ? models : []).map((model) => ({
        entries: [],
        row: `files of Gradus: read by ${named}`,
        name: `${model.name} for ${named}`,
        run: (peer: KerasPeer) => compareWriting(peer.files(version), model, formsFor(model, version)),
      })),
    ],
  }
}

export const fileSuites: readonly Suite[] = [
  fileSuite('newest', { bothWays: true }),
  fileSuite('3.0', { bothWays: false }),
  fileSuite('2.15', { bothWays: false }),
]
