export { logSigmoid } from '../ops/logSigmoid.js'
