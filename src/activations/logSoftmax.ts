export { logSoftmax } from '../ops/softmax.js'
