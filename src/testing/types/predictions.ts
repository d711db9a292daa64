import { layers, models, ops, type Tensor } from 'gradus'
import { exactly } from './exactly.js'

// What `predict` gives has the form of the model's outputs.

const sequential = models.sequential([layers.input([2]), layers.dense(1)])
exactly<Tensor>()(await sequential.predict([[1, 2]]))
exactly<Tensor>()(await sequential.predictOnBatch(new Float32Array(2)))
exactly<Tensor>()(sequential([[1, 2]]))

const [a, b] = [layers.input([2], { name: 'a' }), layers.input([3], { name: 'b' })]
const hidden = layers.concatenate([a, b])
const [left, right] = [layers.dense(1)(hidden), layers.dense(2)(hidden)]
exactly<layers.SymbolicTensor>()(hidden)
exactly<layers.SymbolicTensor>()(left)

const one = models.functional({ inputs: a, outputs: layers.dense(1)(a) })
exactly<Tensor>()(await one.predict([[1, 2]]))

const twoIntoOne = models.functional({ inputs: [a, b], outputs: left })
exactly<Tensor>()(await twoIntoOne.predict([[[1, 2]], [[1, 2, 3]]]))
exactly<Tensor>()(await twoIntoOne.predict({ a: [[1, 2]], b: [[1, 2, 3]] }))

const list = models.functional({ inputs: a, outputs: [layers.dense(1)(a), layers.dense(2)(a)] })
const [first, second] = await list.predict([[1, 2]])
exactly<readonly [Tensor, Tensor]>()(await list.predict([[1, 2]]))
exactly<Tensor>()(first)
exactly<Tensor>()(second)
// @ts-expect-error There is no third output.
;(await list.predict([[1, 2]]))[2]

const named = models.functional({ inputs: { a, b }, outputs: { left, right } })
const predictions = await named.predict({ a: [[1, 2]], b: [[1, 2, 3]] })
exactly<{ readonly left: Tensor; readonly right: Tensor }>()(predictions)
// @ts-expect-error There is no output of this name.
predictions.middle

// A model is a layer, called with what it takes.
exactly<layers.SymbolicTensor>()(sequential(layers.input([2])))
exactly<readonly [layers.SymbolicTensor, layers.SymbolicTensor]>()(list(layers.input([2])))
exactly<readonly [Tensor, Tensor]>()(list([[1, 2]]))
// @ts-expect-error The model takes one input.
list([a, b])
// @ts-expect-error The model takes inputs a and b.
named({ a })

// Models of their own say what they take and give.
class Pair extends models.Model<Tensor, { readonly mean: Tensor; readonly spread: Tensor }> {
  readonly hidden = layers.dense(4, { activation: 'relu' })
  readonly mean = layers.dense(1)
  readonly spread = layers.dense(1, { activation: 'softplus' })

  override call(x: Tensor, { training }: layers.CallContext) {
    exactly<boolean>()(training)
    const hidden = this.hidden(x)
    return { mean: this.mean(hidden), spread: this.spread(hidden) }
  }
}
exactly<Tensor>()((await new Pair().predict([[1]])).spread)

// And so do layers and functions.
const halves = layers.lambda((x: Tensor) => ops.split(x, 2, 1))
exactly<Tensor[]>()(halves(ops.ones([2, 4])))
exactly<number[]>()((await sequential.predict([[1, 2]])).shape.slice())

// A layer by its name is one of one input and output, unless its class is said.
const features = models.functional({ inputs: sequential.input, outputs: sequential.getLayer('dense').output })
exactly<Tensor>()(await features.predict([[1, 2]]))
exactly<number>()(sequential.getLayer<layers.Dense>('dense').units)

// And so is a model from a file.
exactly<Tensor>()(await (await models.loadModel('model.keras')).predict([[1, 2]]))
const pair = await models.loadModel<models.Model<Tensor, readonly [Tensor, Tensor]>>(new Uint8Array())
exactly<readonly [Tensor, Tensor]>()(await pair.predict([[1, 2]]))
