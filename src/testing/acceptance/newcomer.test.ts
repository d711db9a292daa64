import { describe, it } from 'vitest'
import {
  ArgumentError,
  type GradusError,
  layers,
  losses,
  metrics,
  models,
  ops,
  optimizers,
  ShapeError,
  type Tensor,
  utils,
} from '../../index.js'
import { expectRefusal, type Refusal } from './expectRefusal.js'

/** What somebody writes on the first day. Types refuse much of it; programs without types are to be told as clearly. */
type Attempt = readonly [
  what: string,
  run: () => unknown,
  type: new (message?: string) => GradusError,
  ...parts: [
    names: Refusal['names'],
    expected: Refusal['expected'],
    received: Refusal['received'],
    fix: Refusal['fix'],
  ],
]

const check = (attempts: readonly Attempt[]) =>
  it.each(attempts)('%s', (_, run, type, names, expected, received, fix) =>
    expectRefusal(run, { type, names, expected, received, fix }),
  )

/** A value of whatever type is asked for. */
const any = (value: unknown) => value as never

const x = Array.from({ length: 8 }, (_, i) => [0, 1, 2, 3].map((j) => Math.sin(4 * i + j)))
const classes = [0, 1, 2, 0, 1, 2, 0, 1]
const silent = { verbose: 0 } as const
const a = () => layers.input([2], { name: 'a' })
const b = () => layers.input([3], { name: 'b' })

function classifier(options: models.CompileOptions = { loss: 'sparse_categorical_crossentropy' }) {
  const model = models.sequential(
    [layers.input([4]), layers.dense(3, { name: 'out', activation: 'softmax' })],
    { name: 'net' },
  )
  model.compile(options)
  return model
}

describe('Merging', () =>
  check([
    [
      'sums of two sizes',
      () => layers.add([a(), b()], { name: 'sum' }),
      ShapeError,
      "Layer 'sum' (Add)",
      'inputs of one shape',
      'received [null, 2] and [null, 3]: 2 and 3 do not fit',
      'Bring them to one size first',
    ],
    [
      'inputs one by one, not in a list',
      () => layers.add(any(a()), any(b())),
      ArgumentError,
      'Add',
      'expected an object of options',
      'received <InputLayer name=b',
      /object of options/,
    ],
    [
      'one input',
      () => layers.add(any(a()), { name: 'sum' }),
      ArgumentError,
      "Layer 'sum' (Add)",
      'expected a list of inputs',
      'received one input',
      'Call it on [a, b]',
    ],
    [
      'three inputs to subtract',
      () => layers.subtract([a(), a(), a()], { name: 'minus' }),
      ArgumentError,
      "Layer 'minus' (Subtract)",
      'a list of 2 inputs',
      'received 3',
      'Call it on [a, b]',
    ],
    [
      'putting ranks together that differ',
      () => layers.concatenate([a(), layers.input([2, 2])], { name: 'both' }),
      ShapeError,
      "Layer 'both' (Concatenate)",
      'inputs of one rank and with the same sizes on all axes but -1',
      'received [null, 2] and [null, 2, 2]',
      'Bring the other axes to one size first',
    ],
    [
      'putting together along an axis that is not there',
      () => layers.concatenate([a(), b()], { axis: 4, name: 'both' }),
      ShapeError,
      "Layer 'both' (Concatenate)",
      'expected an axis from -2 to 1',
      'received 4',
      /from -2 to 1/,
    ],
    [
      'data among the outputs of layers',
      () => layers.multiply([a(), any(ops.ones([1, 2]))], { name: 'times' }),
      ArgumentError,
      "Layer 'times' (Multiply)",
      'expected all inputs to be outputs of layers',
      "received Tensor(float32 [1, 2]) at '1'",
      'make it an input',
    ],
  ]))

describe('Graphs', () =>
  check([
    [
      'that are disconnected',
      () => models.functional({ inputs: a(), outputs: layers.dense(1, { name: 'out' })(b()), name: 'net' }),
      ArgumentError,
      "Model 'net'",
      /not among the inputs \(a\)/,
      "Layer 'out' depends on the input 'b' [null, 3]",
      'Add it to them',
    ],
    [
      'of an input made twice',
      () => models.functional({ inputs: a(), outputs: layers.dense(1)(a()), name: 'net' }),
      ArgumentError,
      "Model 'net'",
      'not among the inputs (a)',
      "depends on the input 'a'",
      'make it once, and use it in both places',
    ],
    [
      'with a cycle, in a config',
      () => {
        const input = layers.input([2], { name: 'in' })
        const first = layers.dense(2, { name: 'first' })(input)
        const outputs = layers.dense(2, { name: 'second' })(first)
        const config = JSON.stringify(models.functional({ inputs: input, outputs, name: 'net' }).getConfig())
        const turned = config.replace('"keras_history":["in",0,0]', '"keras_history":["second",0,0]')
        return models.Functional.fromConfig(JSON.parse(turned))
      },
      ArgumentError,
      "Model 'net'",
      /first, second/,
      'its config has a cycle',
      /first, second/,
    ],
    [
      'of two layers with one name',
      () => {
        const input = a()
        const hidden = layers.dense(2, { name: 'd' })(input)
        return models.functional({ inputs: input, outputs: layers.dense(1, { name: 'd' })(hidden) })
      },
      ArgumentError,
      /Model/,
      'Names must differ',
      "two layers have the name 'd'",
      'give one with { name }',
    ],
    [
      'of one layer twice, in a list',
      () => {
        const layer = layers.dense(2, { name: 'd' })
        return models.sequential([layers.input([2]), layer, layer])
      },
      ArgumentError,
      /Model/,
      'Names must differ',
      "there is a layer named 'd' already",
      'give one with { name }',
    ],
    [
      "in Keras's form, by position",
      () => models.functional(any([a()])),
      ArgumentError,
      'models.functional',
      'expected { inputs, outputs }',
      'received [<InputLayer name=a',
      'Write models.functional({ inputs, outputs })',
    ],
    [
      'of a layer that was not called',
      () => models.functional({ inputs: a(), outputs: any(layers.dense(1, { name: 'd' })), name: 'net' }),
      ArgumentError,
      "Model 'net': outputs",
      'expected outputs of layers',
      'received <Dense name=d',
      'is a call missing?',
    ],
    [
      'of one layer, not in a list',
      () => models.sequential(any(layers.dense(3, { name: 'd' })), { name: 'net' }),
      ArgumentError,
      "Model 'net'",
      'expected a list of layers',
      'received <Dense name=d',
      'Write models.sequential([...])',
    ],
    [
      'of a class in place of a layer',
      () => models.sequential([any(layers.Dense)], { name: 'net' }),
      ArgumentError,
      "Model 'net'",
      'expected a layer such as layers.dense(10)',
      'received the class Dense',
      'is new missing?',
    ],
    [
      'of what a layer gave in place of the layer',
      () => models.sequential([any(layers.dense(1)(a()))], { name: 'net' }),
      ArgumentError,
      "Model 'net'",
      'expected a layer',
      "received SymbolicTensor('dense",
      'here stands the layer itself',
    ],
    [
      'that are asked for a layer by a name mistyped',
      () => classifier().getLayer('uot'),
      ArgumentError,
      "Model 'net'",
      "Known: 'input_layer",
      "has no layer 'uot'",
      "Did you mean 'out'?",
    ],
  ]))

describe('Layers', () =>
  check([
    [
      'of the wrong rank',
      () => layers.lstm(3, { name: 'memory' })(layers.input([4])),
      ShapeError,
      "Layer 'memory' (LSTM)",
      'rank 3, [batch, time, features]',
      'received shape [null, 4]',
      'the features of a series of plain numbers',
    ],
    [
      'of a text in place of a number',
      () => layers.dense(any('3'), { name: 'd' }),
      ArgumentError,
      "Layer 'd' (Dense): units",
      'an integer of at least 1',
      "received '3'",
      /integer/,
    ],
    [
      'of options in place of a number',
      () => layers.dense(any({ units: 3 }), { name: 'd' }),
      ArgumentError,
      "Layer 'd' (Dense): units",
      'an integer of at least 1',
      'received { units: 3 }',
      /integer/,
    ],
    [
      "with Keras's spelling of an option",
      () => layers.dense(3, any({ kernel_initializer: 'zeros' })),
      ArgumentError,
      'Dense',
      'expected options in camelCase',
      "received 'kernel_initializer'",
      "Write 'kernelInitializer'",
    ],
    [
      'with the activation by position',
      () => layers.dense(3, any('relu')),
      ArgumentError,
      'Dense',
      'expected an object of options',
      "received 'relu'",
      /object of options, such as \{/,
    ],
    [
      'for an input whose shape is a number',
      () => layers.input(any(4), { name: 'in' }),
      ArgumentError,
      "Layer 'in' (InputLayer)",
      'the shape of a sample as a list such as [28, 28, 1]',
      'received 4',
      'such as [28, 28, 1]',
    ],
    [
      'that forget to return',
      () => {
        class Forgetful extends layers.Layer {
          override call(): Tensor {
            return any(undefined)
          }
        }
        return new Forgetful({ name: 'mine' })([[1]])
      },
      ArgumentError,
      "Layer 'mine' (Forgetful)",
      'expected call to give a tensor',
      'received undefined',
      'Is a return missing?',
    ],
    [
      'that wait',
      () =>
        layers.lambda(
          any(async (z: Tensor) => z),
          { name: 'mine' },
        )([[1]]),
      ArgumentError,
      "Layer 'mine' (Lambda)",
      'expected call to give a tensor',
      'received a Promise',
      'A layer cannot wait for values: compute with ops',
    ],
    [
      'with an activation that gives a number',
      () => layers.dense(3, { name: 'd', activation: any(() => 3) })([[1]]),
      ArgumentError,
      "Layer 'd' (Dense)",
      'expected call to give a tensor',
      'received 3',
      'Compute with ops',
    ],
    [
      'called on a text',
      () => layers.dense(3, { name: 'd' })(any('pictures')),
      ArgumentError,
      "Layer 'd' (Dense)",
      'expected numbers, booleans, nested arrays of them or a typed array',
      "received 'pictures'",
      /typed array/,
    ],
  ]))

describe('What a model is compiled with', () =>
  check([
    [
      'a loss by its class',
      () => classifier({ loss: any(losses.Huber) }),
      ArgumentError,
      'loss',
      'expected a name',
      'received the class Huber',
      'is new missing?',
    ],
    [
      'a metric by its class',
      () => classifier({ loss: 'mse', metrics: [any(metrics.AUC)] }),
      ArgumentError,
      'metrics',
      "expected names such as 'accuracy', metrics or functions",
      'received the class AUC',
      'is new missing?',
    ],
    [
      'an optimizer that was not made',
      () => classifier({ loss: 'mse', optimizer: any(optimizers.adam) }),
      ArgumentError,
      'optimizer',
      "expected a name such as 'adam'",
      'received the function adam',
      'is a call missing?',
    ],
    [
      'one metric, not in a list',
      () => classifier({ loss: 'mse', metrics: any('accuracy') }),
      ArgumentError,
      'compile',
      'expected metrics as a list',
      "received 'accuracy'",
      "Write metrics: ['accuracy']",
    ],
    [
      "Keras's spelling of an option",
      () => classifier(any({ loss: 'mse', loss_weights: [1] })),
      ArgumentError,
      'compile',
      'expected options in camelCase',
      "received 'loss_weights'",
      "Write 'lossWeights'",
    ],
    [
      "Keras's spelling of the learning rate",
      () => optimizers.adam(any({ learning_rate: 0.1 })),
      ArgumentError,
      'Adam',
      'expected options in camelCase',
      "received 'learning_rate'",
      "Write 'learningRate'",
    ],
    [
      'a learning rate in quotes',
      () => optimizers.adam({ learningRate: any('0.1') }),
      ArgumentError,
      'Adam',
      'expected a learning rate of at least 0, or a schedule',
      "received '0.1'",
      'Usual ones are 0.1 to 0.0001',
    ],
    [
      'a guard mistyped',
      () => classifier({ loss: 'mse', guards: any({ logit: false }) }),
      ArgumentError,
      'compile',
      "Known: 'logits'",
      "guard 'logit' is unknown",
      "Did you mean 'logits'?",
    ],
    [
      'a metric that needs probabilities beside a loss of logits',
      () => {
        const model = models.sequential([layers.input([4]), layers.dense(1, { name: 'out' })], {
          name: 'net',
        })
        const loss = new losses.BinaryCrossentropy({ fromLogits: true })
        model.compile({ loss, metrics: [new metrics.AUC({ name: 'auc' })] })
        return model.fit(
          x,
          classes.map((label) => label % 2),
          silent,
        )
      },
      ArgumentError,
      "Model 'net': the metric auc",
      'needs probabilities',
      "the loss binary_crossentropy says that output 'out' gives logits",
      'end the model with a softmax or sigmoid',
    ],
  ]))

describe('What a model is fed', () =>
  check([
    [
      'numbers in one row',
      () => classifier().fit(x.flat(), classes, silent),
      ShapeError,
      /'net'.* x /,
      'of shape [null, 4]',
      'received [32]',
      'reshape it to [8, 4]',
    ],
    [
      'numbers in one row, and not enough of them',
      () => classifier().fit(x.flat().slice(1), classes, silent),
      ShapeError,
      /'net'.* x /,
      'of shape [null, 4]',
      'received [31]',
      'The first axis counts samples: give samples of shape [4]',
    ],
    [
      'labels in words',
      () => classifier().fit(x, any(classes.map((label) => `class ${label}`)), silent),
      ArgumentError,
      /^y:/,
      'expected numbers',
      "received 'class 0'",
      /numbers, booleans, nested arrays/,
    ],
    [
      'a number in place of options',
      () => classifier().fit(x, classes, any(5)),
      ArgumentError,
      'fit',
      'expected an object of options',
      'received 5',
      'such as { epochs: 5 }',
    ],
    [
      "Keras's spelling of an option",
      () => classifier().fit(x, classes, any({ batch_size: 3 })),
      ArgumentError,
      'fit',
      'expected options in camelCase',
      "received 'batch_size'",
      "Write 'batchSize'",
    ],
    [
      'data to validate with as an object',
      () => classifier().fit(x, classes, { validationData: any({ x, y: classes }), ...silent }),
      ArgumentError,
      'fit',
      'expected validationData as [x, y], [x, y, sampleWeight] or batches',
      'received { x: a list of 8',
      '[x, y]',
    ],
    [
      'weights of classes by their words',
      () => classifier().fit(x, classes, { classWeight: any({ cat: 2 }), ...silent }),
      ArgumentError,
      "Model 'net'",
      'expected the numbers of classes as keys of classWeight',
      "received 'cat'",
      'such as { 0: 1, 1: 10 }',
    ],
    [
      'classes that are no whole numbers',
      () => utils.toCategorical([0, 1.5]),
      ArgumentError,
      'toCategorical',
      'whole numbers from 0 to 1',
      'received 1.5 at position 1',
      /raise numClasses/,
    ],
  ]))

describe('Functions of their own', () =>
  check([
    [
      'a loss that gives a number',
      () => classifier({ loss: any(() => 3) }).fit(x, classes, silent),
      ArgumentError,
      "loss 'loss'",
      'expected the function to give a tensor',
      'received 3',
      'Compute with ops',
    ],
    [
      'a metric that gives nothing',
      () =>
        classifier({ loss: 'sparse_categorical_crossentropy', metrics: [any(() => {})] }).fit(
          x,
          classes,
          silent,
        ),
      ArgumentError,
      "metric 'metric'",
      'expected the function to give a tensor',
      'received undefined',
      'return what they give',
    ],
    [
      'a training step that gives nothing',
      () => {
        class Own extends models.Model {
          readonly out = layers.dense(1)
          override call(z: Tensor) {
            return this.out(z)
          }
          override trainStep() {
            return any(undefined)
          }
        }
        const model = new Own({ name: 'own' })
        model.compile({ loss: 'mse' })
        return model.fit(x, classes, silent)
      },
      ArgumentError,
      "Model 'own'",
      'expected trainStep to give tensors under their keys',
      'received undefined',
      'such as { loss }',
    ],
  ]))
