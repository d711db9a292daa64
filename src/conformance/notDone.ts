/** Why one of Keras's public entries has no numeric case. */
export interface Reason {
  /** `later`: Gradus is to have it. `out`: it makes no sense outside Python, or Gradus does it in another way. */
  readonly state: 'later' | 'out'
  readonly why: string
}

const group = (state: Reason['state'], why: string, ...names: string[]): [string, Reason][] =>
  names.map((name) => [name, { state, why }])

const readByGet = (module: string): [string, Reason][] =>
  group('out', `\`${module}.get\` takes what \`serialize\` writes`, `${module}.deserialize`)

/** Every public entry of Keras that has no numeric case, with the reason. */
export const reasons: Readonly<Record<string, Reason>> = Object.fromEntries([
  ...group(
    'out',
    'runs code of another framework',
    ...['layers.FlaxLayer', 'layers.JaxLayer', 'layers.TFSMLayer', 'layers.TorchModuleWrapper'],
  ),
  ...group('out', 'nothing to compute: in Gradus a field `inputSpec` of plain data', 'layers.InputSpec'),
  ...group(
    'out',
    'a base class without behaviour of its own; wrappers are layers that hold layers',
    'layers.Wrapper',
  ),
  ...group('out', 'a `models.sequential` of preprocessing layers does the same', 'layers.Pipeline'),
  ...[
    'activations',
    'losses',
    'metrics',
    'optimizers',
    'initializers',
    'regularizers',
    'constraints',
  ].flatMap(readByGet),
  ...group(
    'out',
    'float16 training, which needs it, is refused; a fixed scale is the option `lossScaleFactor`',
    'optimizers.LossScaleOptimizer',
  ),
  ...group(
    'later',
    'several optimizers in one model: no course needs it',
    ...['optimizers.MultiOptimizer', 'optimizers.OptimizerMap'],
  ),
  ...group(
    'later',
    'audio and its Fourier transforms: no course needs them',
    ...['layers.STFTSpectrogram', 'layers.MelSpectrogram'],
  ),
  ...group('out', 'writes a format of Google Orbax, a Python library', 'callbacks.OrbaxCheckpoint'),
  ...group(
    'out',
    'sends data over the network, which Gradus does not do by itself',
    'callbacks.RemoteMonitor',
  ),
  ...group(
    'out',
    'the progress bar is the option `verbose` of `fit`; it computes nothing',
    'callbacks.ProgbarLogger',
  ),
  ...group(
    'later',
    'augmentation that the courses do not use: of colours, by mixing images, or of several kinds at once',
    ...['AugMix', 'AutoContrast', 'ContrastLimitedAdaptiveHistogramEqualization', 'CutMix'].map(layer),
    ...['Equalization', 'MixUp', 'RandAugment', 'RandomColorDegeneration', 'RandomColorJitter'].map(layer),
    ...['RandomElasticTransform', 'RandomErasing', 'RandomGaussianBlur', 'RandomGrayscale'].map(layer),
    ...['RandomHue', 'RandomInvert', 'RandomPerspective', 'RandomPosterization'].map(layer),
    ...['RandomSaturation', 'RandomSharpness', 'RandomShear', 'Solarization'].map(layer),
  ),
  ...group('later', 'bounding boxes: no course needs them', layer('MaxNumBoundingBoxes')),
  ...group(
    'later',
    'encoders of tables and text come with data preparation',
    ...['Discretization', 'HashedCrossing', 'Hashing', 'IntegerLookup', 'StringLookup'].map(layer),
    layer('TextVectorization'),
  ),
])

function layer(name: string): string {
  return `layers.${name}`
}
