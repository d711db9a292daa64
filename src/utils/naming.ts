const used = new Map<string, number>()

/** `MaxPooling2D` to `max_pooling2d`, by Keras's own rule. */
export function toSnakeCase(name: string): string {
  return name
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}

/** `mean_squared_error` to `MeanSquaredError`: an identifier to the class's name, unless this has abbreviations. */
export type PascalCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Capitalize<First>}${PascalCase<Rest>}`
  : Capitalize<Name>

/** `kernel_size` to `kernelSize`: a key of a Keras config to an option's name. */
export const toCamelCase = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A class's own static `className` where it states one (which survives minifiers), else its name in the source. */
export const nameOfClass = (type: { readonly name: string; readonly className?: string }): string =>
  Object.hasOwn(type, 'className') && type.className !== undefined ? type.className : type.name

/** A name not given before: `conv2d`, `conv2d_1`, ... for the class name `Conv2D`. */
export function automaticName(className: string): string {
  const name = toSnakeCase(className)
  const count = used.get(name) ?? 0
  used.set(name, count + 1)
  return count === 0 ? name : `${name}_${count}`
}

/** Starts automatic names from the beginning again: the next Dense layer is `dense`. */
export function resetNames(): void {
  used.clear()
}
