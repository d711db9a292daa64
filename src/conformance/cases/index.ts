import type { Suite } from '../suite.js'
import { activationSuite } from './activations.js'
import { callbackSuite } from './callbacks.js'
import { constraintSuite } from './constraints.js'
import { fileSuites } from './files.js'
import { identifierSuite } from './identifiers.js'
import { initializerSuite } from './initializers.js'
import { layerSuite } from './layers.js'
import { lossSuite } from './losses.js'
import { metricSuite } from './metrics.js'
import { onnxSuite } from './onnx.js'
import { optimizerSuite } from './optimizers.js'
import { regularizerSuite } from './regularizers.js'
import { scheduleSuite } from './schedules.js'
import { subclassSuite } from './subclasses.js'
import { trainingSuite } from './training.js'

/** What is compared, in the order of Keras's modules, then whole runs, files, and exported models. */
export const suites: readonly Suite[] = [
  activationSuite,
  initializerSuite,
  layerSuite,
  lossSuite,
  metricSuite,
  regularizerSuite,
  constraintSuite,
  optimizerSuite,
  scheduleSuite,
  identifierSuite,
  subclassSuite,
  callbackSuite,
  trainingSuite,
  ...fileSuites,
  onnxSuite,
]
