import type { Tensor } from '../graph/tensor.js'
import type { CallOptions } from './callContext.js'

/** An object that is called like a function: `layer(x)` runs its `invoke` method. */
export type CallableObject = (inputs: Tensor, options?: CallOptions) => Tensor

interface Invocable {
  invoke(inputs: Tensor, options?: CallOptions): Tensor
}

/**
 * Base of classes whose instances are functions. The constructor returns a function that has the class's prototype, so
 * that `layer(x)`, `layer.name` and `layer instanceof Dense` all work, without Proxy or generated code (a strict
 * content-security policy allows it). A function's own `name` and `length` are removed, to be free for the class.
 */
class CallableBase {
  constructor() {
    const self = (inputs: Tensor, options?: CallOptions): Tensor =>
      (self as unknown as Invocable).invoke(inputs, options)
    Reflect.deleteProperty(self, 'name')
    Reflect.deleteProperty(self, 'length')
    // biome-ignore lint/correctness/noConstructorReturn: this is how an instance becomes a function.
    return Object.setPrototypeOf(self, new.target.prototype)
  }
}

export const Callable = CallableBase as new () => CallableObject
