/** Classes that are called otherwise in Keras's source than in its public modules. */
const sourceNames: Readonly<Record<string, string>> = { GroupQueryAttention: 'GroupedQueryAttention' }

const publicNames = Object.fromEntries(Object.entries(sourceNames).map(([name, source]) => [source, name]))

/** What Keras's source calls a class: older files and the paths of weights go by that. */
export const sourceName = (className: string): string =>
  Object.hasOwn(sourceNames, className) ? sourceNames[className] : className

/** The inverse. */
export const publicName = (className: string): string =>
  Object.hasOwn(publicNames, className) ? publicNames[className] : className
