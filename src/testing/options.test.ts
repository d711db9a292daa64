import { describe, expect, it } from 'vitest'
import {
  activations,
  configure,
  datasets,
  layers,
  losses,
  models,
  ops,
  optimizers,
  plot,
  summary,
  tensor,
  utils,
  Variable,
} from '../index.js'

const x = tensor([
  [1, 2],
  [3, 4],
])
const image = tensor(new Float32Array(16), { shape: [1, 4, 4, 1] })
const kernel = tensor(new Float32Array(4), { shape: [2, 2, 1, 1] })
const key = tensor(new Int32Array([1, 2]))
const history = { epoch: [0], history: { loss: [1] } }
const model = models.sequential([layers.input([2]), layers.dropout(0.5), layers.dense(1)])
model.compile({ loss: 'mse', optimizer: 'sgd' })

class Scale extends layers.Layer {
  override build() {
    this.addWeight({ name: 'factor', shape: [], initialiser: 'ones' } as layers.WeightOptions)
  }

  override call(inputs: typeof x) {
    return inputs
  }
}

/**
 * Public functions with options, the key that one mistypes, and the one that is meant. The classes of layers, losses, metrics and the like
 * are tested where they stand.
 */
const cases: readonly (readonly [wrong: string, right: string, call: (wrong: never) => unknown])[] = [
  ['kepDims', 'keepDims', (o) => ops.sum(x, o)],
  ['axes', 'axis', (o) => ops.mean(x, o)],
  ['axes', 'axis', (o) => ops.variance(x, o)],
  ['axes', 'axis', (o) => ops.any(x, o)],
  ['axes', 'axis', (o) => ops.all(x, o)],
  ['axes', 'axis', (o) => ops.logSumExp(x, o)],
  ['axes', 'axis', (o) => ops.argmax(x, o)],
  ['axes', 'axis', (o) => ops.argmin(x, o)],
  ['axes', 'axis', (o) => ops.softmax(x, o)],
  ['axes', 'axis', (o) => ops.logSoftmax(x, o)],
  ['axes', 'axis', (o) => ops.oneHot([1], 2, o)],
  ['descend', 'descending', (o) => ops.sort(x, o)],
  ['descend', 'descending', (o) => ops.argsort(x, o)],
  ['reversed', 'reverse', (o) => ops.cumulativeSum(x, o)],
  ['transposedB', 'transposeB', (o) => ops.matmul(x, x, o)],
  ['stride', 'strides', (o) => ops.conv(image, kernel, o)],
  ['stride', 'strides', (o) => ops.maxPool(image, o)],
  ['interpolate', 'interpolation', (o) => ops.resize(image, [2, 2], o)],
  ['stdev', 'stddev', (o) => ops.randomNormal(key, [2], o)],
  ['maxx', 'max', (o) => ops.randomUniform(key, [2], o)],
  ['begin', '', (o) => ops.arange(3, o)],
  ['approx', 'approximate', (o) => ops.gelu(x, o)],
  ['sequence', 'sequences', (o) => ops.loop(o, () => ({ carries: [] }))],
  ['shap', 'shape', (o) => tensor([1], o)],
  ['trainabel', 'trainable', (o) => new Variable([0], [], o)],
  ['axes', 'axis', (o) => activations.softmax(x, o)],
  ['slope', '', (o) => activations.leakyRelu(x, o)],
  ['max', 'maxValue', (o) => activations.relu(x, o)],
  ['alpa', 'alpha', (o) => activations.elu(x, o)],
  ['alpa', 'alpha', (o) => activations.celu(x, o)],
  ['axes', 'axis', (o) => activations.glu(x, o)],
  ['axes', 'axis', (o) => activations.sparsemax(x, o)],
  ['treshold', 'threshold', (o) => activations.hardShrink(x, o)],
  ['treshold', 'threshold', (o) => activations.softShrink(x, o)],
  ['c', '', (o) => activations.squareplus(x, o)],
  ['bet', 'beta', (o) => activations.swish(x, o)],
  ['fromLogit', 'fromLogits', (o) => losses.binaryCrossentropy(x, x, o)],
  ['fromLogit', 'fromLogits', (o) => losses.categoricalCrossentropy(x, x, o)],
  ['fromLogit', 'fromLogits', (o) => losses.sparseCategoricalCrossentropy(x, x, o)],
  ['gama', 'gamma', (o) => losses.binaryFocalCrossentropy(x, x, o)],
  ['gama', 'gamma', (o) => losses.categoricalFocalCrossentropy(x, x, o)],
  ['axes', 'axis', (o) => losses.dice(x, x, o)],
  ['alpa', 'alpha', (o) => losses.tversky(x, x, o)],
  ['margins', 'margin', (o) => losses.circle(x, x, o)],
  ['traning', 'training', (o) => layers.dropout(0.5)(x, o)],
  ['traning', 'training', (o) => model(x, o)],
  ['initialiser', 'initializer', () => new Scale()(x)],
  ['name', 'names', (o) => optimizers.adam().excludeFromWeightDecay(o)],
  ['optimiser', 'optimizer', (o) => model.compile(o)],
  ['batchsize', 'batchSize', (o) => model.fit(x, [1, 2], o)],
  ['batchsize', 'batchSize', (o) => model.evaluate(x, [1, 2], o)],
  ['batchsize', 'batchSize', (o) => model.predict(x, o)],
  ['classWeigth', 'classWeight', (o) => model.trainOnBatch(x, [1, 2], o)],
  ['sampleWeigth', 'sampleWeight', (o) => model.testOnBatch(x, [1, 2], o)],
  ['repeat', 'repeats', (o) => models.monteCarlo(model, x, o)],
  ['showTrainabel', 'showTrainable', (o) => model.summary(o)],
  ['overwrit', 'overwrite', (o) => model.save('model.keras', o)],
  ['overwrit', 'overwrite', (o) => model.saveWeights('model.weights.h5', o)],
  ['overwrit', 'overwrite', (o) => model.export('model.onnx', o)],
  ['includeOptimiser', 'includeOptimizer', (o) => model.toBytes('keras', o)],
  ['compiled', 'compile', (o) => models.loadModel('model.keras', o)],
  ['yscale', 'yScale', (o) => plot.history(history, o).toSVG()],
  ['yscale', 'yScale', (o) => plot.runs({ one: history }, o).toSVG()],
  ['step', 'steps', (o) => plot.learningRate(() => 0.1, o).toSVG()],
  ['layers', 'layer', (o) => plot.filters(model, o).toSVG()],
  ['layers', 'layer', (o) => plot.featureMaps(model, image, o).toSVG()],
  ['showShape', 'showShapes', (o) => plot.model(model, o).toSVG()],
  ['label', 'labels', (o) => plot.predictions(image, [1], o).toSVG()],
  ['class', 'classes', (o) => plot.confusionMatrix([1], [1], o).toSVG()],
  ['scales', 'scale', (o) => plot.history(history).toPNG(o)],
  ['samples', '', (o) => datasets.digits.load(o)],
  ['paths', 'path', (o) => datasets.mnist.load(o)],
  ['thread', 'threads', (o) => configure(o)],
  ['budged', 'budget', (o) => configure({ tune: o })],
  ['filenameSufix', 'filenameSuffix', (o) => summary.createFileWriter('logs', o)],
  ['descripton', 'description', (o) => summary.createFileWriter('logs').scalar('a', 1, o)],
  ['bucket', 'buckets', (o) => summary.createFileWriter('logs').histogram('a', [1], o)],
  ['maxOutput', 'maxOutputs', (o) => summary.createFileWriter('logs').image('a', image, o)],
  ['testsize', 'testSize', (o) => utils.trainTestSplit([1, 2, 3], o)],
  ['steps', 'step', (o) => utils.gradientCheck((w) => ops.sum(w), [1], o)],
  ['packages', 'package', (o) => utils.registerKerasSerializable(Scale, o)],
]

describe('options that nobody reads', () => {
  it.each(cases)("'%s' is refused, and '%s' offered (%s)", async (wrong, right, call) => {
    const run = async () => call({ [wrong]: 1 } as never)
    await expect(run()).rejects.toThrow(`has no option '${wrong}'.`)
    if (right !== '') await expect(run()).rejects.toThrow(`Did you mean '${right}'?`)
  })

  it('are refused where they are no object: what Keras takes by position', async () => {
    const said = (call: () => unknown) => expect(call).toThrow(/expected an object of options, such as/)
    said(() => activations.softmax(x, 0 as never))
    said(() => activations.leakyRelu(x, 0.01 as never))
    said(() => ops.mean(x, 0 as never))
    said(() => losses.binaryCrossentropy(x, x, true as never))
    said(() => layers.dropout(0.5)(x, true as never))
    said(() => tensor([1], [1] as never))
  })

  it("are told in Keras's spelling", () => {
    const keras = { from_logits: true } as never
    expect(() => losses.binaryCrossentropy(x, x, keras)).toThrow(
      "expected options in camelCase, received 'from_logits'. Write 'fromLogits'.",
    )
  })
})
