interface Target {
  call(...inputs: unknown[]): unknown
}

class CallableBase {
  constructor() {
    const self = (...inputs: unknown[]): unknown => (self as unknown as Target).call(...inputs)
    Reflect.deleteProperty(self, 'name')
    Reflect.deleteProperty(self, 'length')
    // biome-ignore lint/correctness/noConstructorReturn: this is how an instance becomes a function.
    return Object.setPrototypeOf(self, new.target.prototype)
  }
}

/**
 * Base of classes whose instances are functions of type `F`: `object(x)` runs `object.call(x)`. So a schedule, regularizer
 * or constraint is used like a plain function, and a plain function wherever one of them is expected.
 *
 * The constructor returns a function that has the class's prototype, without Proxy or generated code. A function's own
 * `name` and `length` are removed, to be free for the class.
 */
export const callable = <F extends (...inputs: never[]) => unknown>(): (new () => F) =>
  CallableBase as unknown as new () => F
