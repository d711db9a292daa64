/** Under this name Node's console asks an object what to show of it. */
export const inspected: unique symbol = Symbol.for('nodejs.util.inspect.custom')
