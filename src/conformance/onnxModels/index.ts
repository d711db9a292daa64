import type { OnnxModel } from '../compareOnnx.js'
import { activationModels } from './activations.js'
import { attentionModels } from './attentions.js'
import { convolutionModels } from './convolutions.js'
import { graphModels } from './graphs.js'
import { normalizationModels } from './normalizations.js'
import { poolingModels } from './poolings.js'
import { recurrentModels } from './recurrent.js'
import { shapeModels } from './shapes.js'

/** Models that are exported, by what they are made of. */
export const onnxModels: Readonly<Record<string, readonly OnnxModel[]>> = {
  activations: activationModels,
  convolutions: convolutionModels,
  poolings: poolingModels,
  'normalisations, preprocessing, dropout': normalizationModels,
  'shapes, merges, tables': shapeModels,
  'recurrent layers': recurrentModels,
  attention: attentionModels,
  'whole networks': graphModels,
}
