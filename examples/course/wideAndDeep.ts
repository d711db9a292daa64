// from tensorflow import keras
import { layers, models, optimizers } from 'gradus'

// input_A = keras.layers.Input(shape=[5], name="wide_input")
const inputA = layers.input([5], { name: 'wide_input' })
// input_B = keras.layers.Input(shape=[6], name="deep_input")
const inputB = layers.input([6], { name: 'deep_input' })
// hidden1 = keras.layers.Dense(30, activation="relu")(input_B)
const hidden1 = layers.dense(30, { activation: 'relu' })(inputB)
// hidden2 = keras.layers.Dense(30, activation="relu")(hidden1)
const hidden2 = layers.dense(30, { activation: 'relu' })(hidden1)
// concat = keras.layers.concatenate([input_A, hidden2])
const concat = layers.concatenate([inputA, hidden2])
// output = keras.layers.Dense(1, name="main_output")(concat)
const output = layers.dense(1, { name: 'main_output' })(concat)
// aux_output = keras.layers.Dense(1, name="aux_output")(hidden2)
const auxOutput = layers.dense(1, { name: 'aux_output' })(hidden2)
// model = keras.models.Model(inputs=[input_A, input_B], outputs=[output, aux_output])
export const model = models.functional({ inputs: [inputA, inputB], outputs: [output, auxOutput] })

model.compile({
  // model.compile(loss=["mse", "mse"],
  loss: ['mse', 'mse'],
  //               loss_weights=[0.9, 0.1],
  lossWeights: [0.9, 0.1],
  //               optimizer=keras.optimizers.SGD(learning_rate=1e-3))
  optimizer: optimizers.sgd({ learningRate: 1e-3 }),
})

/** Samples of eight numbers, and what is to be said of each. */
export interface Houses {
  readonly x: readonly (readonly number[])[]
  readonly y: readonly number[]
}

/** The wide part sees the first five numbers of each sample, the deep part the last six. */
export async function run(train: Houses, valid: Houses, test: Houses) {
  // X_train_A, X_train_B = X_train[:, :5], X_train[:, 2:]
  const [trainA, trainB] = [train.x.map((row) => row.slice(0, 5)), train.x.map((row) => row.slice(2))]
  // X_valid_A, X_valid_B = X_valid[:, :5], X_valid[:, 2:]
  const [validA, validB] = [valid.x.map((row) => row.slice(0, 5)), valid.x.map((row) => row.slice(2))]
  // X_test_A, X_test_B = X_test[:, :5], X_test[:, 2:]
  const [testA, testB] = [test.x.map((row) => row.slice(0, 5)), test.x.map((row) => row.slice(2))]

  const history = await model.fit(
    // history = model.fit([X_train_A, X_train_B], [y_train, y_train],
    [trainA, trainB],
    [train.y, train.y],
    {
      //                     epochs=20,
      epochs: 20,
      //                     validation_data=([X_valid_A, X_valid_B], [y_valid, y_valid]))
      validationData: [
        [validA, validB],
        [valid.y, valid.y],
      ],
    },
  )
  // total_loss, main_loss, aux_loss = model.evaluate([X_test_A, X_test_B], [y_test, y_test])
  const losses = await model.evaluate([testA, testB], [test.y, test.y])
  // y_pred_main, y_pred_aux = model.predict([X_test_A, X_test_B])
  const [main, aux] = await model.predict([testA, testB])
  return { history, losses, main, aux }
}
