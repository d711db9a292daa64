export { tanh } from '../ops/tanh.js'
