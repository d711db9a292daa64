export {
  type ActivationFunction,
  type ActivationLike,
  type ActivationName,
  getActivation as get,
  serializeActivation as serialize,
} from './get.js'
export { linear } from './linear.js'
export { relu } from './relu.js'
export { sigmoid } from './sigmoid.js'
export { softmax } from './softmax.js'
export { tanh } from './tanh.js'
