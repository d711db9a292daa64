import { fileURLToPath } from 'node:url'
// import tensorflow as tf
// from tensorflow.keras import datasets, layers, models, optimizers
import { callbacks, datasets, layers, models, ops, optimizers, utils } from 'gradus'

// EPOCHS = 5
const EPOCHS = 5
// BATCH_SIZE = 128
const BATCH_SIZE = 128
// VERBOSE = 1
const VERBOSE = 1
// OPTIMIZER = tf.keras.optimizers.Adam()
const OPTIMIZER = optimizers.adam()
// VALIDATION_SPLIT = 0.90
const VALIDATION_SPLIT = 0.9

// IMG_ROWS, IMG_COLS = 28, 28
const [IMG_ROWS, IMG_COLS] = [28, 28] as const
// INPUT_SHAPE = (IMG_ROWS, IMG_COLS, 1)
const INPUT_SHAPE = [IMG_ROWS, IMG_COLS, 1]
// NB_CLASSES = 10
const NB_CLASSES = 10

// class LeNet:
//     @staticmethod
//     def build(input_shape, classes):
export const LeNet = {
  build(inputShape: readonly number[], classes: number) {
    // model = models.Sequential()
    const model = models.sequential()
    // CONV => RELU => POOL
    // model.add(layers.Convolution2D(20, (5, 5), activation="relu", input_shape=input_shape))
    model.add(layers.convolution2d(20, [5, 5], { activation: 'relu', inputShape }))
    // model.add(layers.MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))
    model.add(layers.maxPooling2d([2, 2], { strides: [2, 2] }))
    // CONV => RELU => POOL
    // model.add(layers.Convolution2D(50, (5, 5), activation="relu"))
    model.add(layers.convolution2d(50, [5, 5], { activation: 'relu' }))
    // model.add(layers.MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))
    model.add(layers.maxPooling2d([2, 2], { strides: [2, 2] }))
    // FLATTEN => RELU
    // model.add(layers.Flatten())
    model.add(layers.flatten())
    // model.add(layers.Dense(500, activation="relu"))
    model.add(layers.dense(500, { activation: 'relu' }))
    // SOFTMAX
    // model.add(layers.Dense(classes, activation="softmax"))
    model.add(layers.dense(classes, { activation: 'softmax' }))
    // return model
    return model
  },
}

/** The program of the course. For a quick run, give it less data than MNIST. */
export async function main(data?: datasets.ImageDataset) {
  // (X_train, y_train), (X_test, y_test) = datasets.mnist.load_data()
  const { train, test } = data ?? (await datasets.mnist.load())
  // X_train = X_train.reshape((60000, 28, 28, 1))
  let xTrain = ops.reshape(train.images, [-1, IMG_ROWS, IMG_COLS, 1])
  // X_test = X_test.reshape((10000, 28, 28, 1))
  let xTest = ops.reshape(test.images, [-1, IMG_ROWS, IMG_COLS, 1])
  // X_train, X_test = X_train / 255.0, X_test / 255.0
  ;[xTrain, xTest] = [ops.divide(xTrain, 255), ops.divide(xTest, 255)]
  // X_train = X_train.astype("float32")
  xTrain = ops.cast(xTrain, 'float32')
  // X_test = X_test.astype("float32")
  xTest = ops.cast(xTest, 'float32')
  // y_train = tf.keras.utils.to_categorical(y_train, NB_CLASSES)
  const yTrain = utils.toCategorical(train.labels, NB_CLASSES)
  // y_test = tf.keras.utils.to_categorical(y_test, NB_CLASSES)
  const yTest = utils.toCategorical(test.labels, NB_CLASSES)

  // model = LeNet.build(input_shape=INPUT_SHAPE, classes=NB_CLASSES)
  const model = LeNet.build(INPUT_SHAPE, NB_CLASSES)
  // model.compile(loss="categorical_crossentropy", optimizer=OPTIMIZER, metrics=["accuracy"])
  model.compile({ loss: 'categorical_crossentropy', optimizer: OPTIMIZER, metrics: ['accuracy'] })
  // model.summary()
  model.summary()

  // callbacks = [tf.keras.callbacks.TensorBoard(log_dir="./logs")]
  const callbackList = [callbacks.tensorBoard({ logDir: './logs' })]

  const history = await model.fit(
    // history = model.fit(X_train, y_train,
    xTrain,
    yTrain,
    {
      //                     batch_size=BATCH_SIZE, epochs=EPOCHS,
      batchSize: BATCH_SIZE,
      epochs: EPOCHS,
      //                     verbose=VERBOSE, validation_split=VALIDATION_SPLIT,
      verbose: VERBOSE,
      validationSplit: VALIDATION_SPLIT,
      //                     callbacks=callbacks)
      callbacks: callbackList,
    },
  )
  // score = model.evaluate(X_test, y_test, verbose=VERBOSE)
  const score = await model.evaluate(xTest, yTest, { verbose: VERBOSE })
  // print("Test score:", score[0])
  console.log('Test score:', score.loss)
  // print("Test accuracy:", score[1])
  console.log('Test accuracy:', score.accuracy)
  // Each plot is a file here, since a program has no window: plt.savefig would be Keras's way to one.
  // plt.plot(history.history["accuracy"]); plt.plot(history.history["val_accuracy"])
  // plt.title("model accuracy"); plt.ylabel("accuracy"); plt.xlabel("epoch")
  // plt.legend(["train", "validation"], loc="upper left"); plt.show()
  await history.plot({ metrics: ['accuracy'], title: 'model accuracy' }).save('accuracy.svg')
  // plt.plot(history.history["loss"]); plt.plot(history.history["val_loss"])
  // plt.title("model loss"); plt.ylabel("loss"); plt.xlabel("epoch")
  // plt.legend(["train", "validation"], loc="upper left"); plt.show()
  await history.plot({ metrics: ['loss'], title: 'model loss' }).save('loss.svg')
  return { model, history, score }
}

// if __name__ == "__main__":
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  //     main()
  await main()
}
