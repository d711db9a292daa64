import { compareOnnx, type OnnxModel } from '../compareOnnx.js'
import { fileModels } from '../fileModels/index.js'
import type { KerasPeer } from '../kerasPeer.js'
import { onnxModels } from '../onnxModels/index.js'
import type { Suite } from '../suite.js'

const caseOf = (family: string, model: OnnxModel) => ({
  entries: [],
  row: `ONNX in onnxruntime: ${family}`,
  name: `${model.name} in onnxruntime`,
  run: (peer: KerasPeer) => compareOnnx(peer.onnx(), model),
})

/** Exported models, which onnxruntime runs. */
export const onnxSuite: Suite = {
  name: 'onnx',
  needs: 'onnx',
  cases: [
    ...fileModels.map((model) => caseOf('the models of the file tests', model)),
    ...Object.entries(onnxModels).flatMap(([family, models]) => models.map((model) => caseOf(family, model))),
  ],
}
