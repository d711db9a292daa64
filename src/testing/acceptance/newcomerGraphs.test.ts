import { describe } from 'vitest'
import { ArgumentError, layers, models, ops, ShapeError } from '../../index.js'
import { any, checkAttempts } from './attempts.js'

const a = () => layers.input([2], { name: 'a' })
const b = () => layers.input([3], { name: 'b' })

describe('Merging', () =>
  checkAttempts([
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
  checkAttempts([
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
        return models.deserialize({ class_name: 'Functional', config: JSON.parse(turned) })
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
      () => {
        const last = layers.dense(3, { name: 'out' })
        return models.sequential([layers.input([4]), last], { name: 'net' }).getLayer('uot')
      },
      ArgumentError,
      "Model 'net'",
      "Known: 'input_layer",
      "has no layer 'uot'",
      "Did you mean 'out'?",
    ],
  ]))
