import type { TensorLike } from '../ops/tensor.js'
import type { CallOptions } from './callContext.js'
import type { SymbolicLike, SymbolicTensor } from './symbolic.js'
import type { Like, Tensors } from './tensors.js'

/**
 * An object that is called like a function: `layer(x)` runs its `invoke` method. Called on tensors or data it gives tensors;
 * called on symbolic tensors, or on input layers, it gives symbolic ones, out of which a model is made.
 */
export interface CallableObject<In extends Tensors, Out extends Tensors> {
  (inputs: Like<In, SymbolicLike>, options?: CallOptions): Like<Out, SymbolicTensor>
  (inputs: Like<In, TensorLike>, options?: CallOptions): Out
}

interface Invocable {
  invoke(inputs: unknown, options?: CallOptions): unknown
}

/**
 * Base of classes whose instances are functions. The constructor returns a function that has the class's prototype, so
 * that `layer(x)`, `layer.name` and `layer instanceof Dense` all work, without Proxy or generated code (a strict
 * content-security policy allows it). A function's own `name` and `length` are removed, to be free for the class.
 */
class CallableBase {
  constructor() {
    const self = (inputs: unknown, options?: CallOptions): unknown =>
      (self as unknown as Invocable).invoke(inputs, options)
    Reflect.deleteProperty(self, 'name')
    Reflect.deleteProperty(self, 'length')
    // biome-ignore lint/correctness/noConstructorReturn: this is how an instance becomes a function.
    return Object.setPrototypeOf(self, new.target.prototype)
  }
}

export const Callable = CallableBase as unknown as new <
  In extends Tensors,
  Out extends Tensors,
>() => CallableObject<In, Out>
