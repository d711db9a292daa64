// import tensorflow as tf
import { ops } from 'gradus'

// indices = [0, 1, 2]
const indices = [0, 1, 2]
// depth = 3
const depth = 3
// one_hot = tf.one_hot(indices, depth)
export const oneHot = ops.oneHot(indices, depth)
