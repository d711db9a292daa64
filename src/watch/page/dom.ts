type Properties<Name extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Name], 'style' | 'dataset' | 'children'>
> & {
  readonly aria?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, string>>
  readonly role?: string
}

/** An element; texts become text, whatever they hold. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties<Name> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  const { aria = {}, data = {}, role, ...rest } = properties
  Object.assign(made, rest)
  if (role !== undefined) made.setAttribute('role', role)
  for (const [key, value] of Object.entries(aria)) made.setAttribute(`aria-${key}`, value)
  for (const [key, value] of Object.entries(data)) made.dataset[key] = value
  made.append(...children)
  return made
}

/** The element of the page's own HTML with this id. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no element '${id}'.`)
  return found as Type
}

/** A table with a head; the first cell of a row names it. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
  caption?: string,
): HTMLTableElement {
  const header = element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))
  const body = rows.map(([first = '', ...cells]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, first),
      ...cells.map((cell) => element('td', {}, cell)),
    ),
  )
  return element(
    'table',
    {},
    ...(caption === undefined ? [] : [element('caption', {}, caption)]),
    element('thead', {}, header),
    element('tbody', {}, ...body),
  )
}

/** What may be wider than the page: it scrolls by itself, by keyboard too. */
export const scrolling = (label: string, ...children: readonly Node[]): HTMLElement =>
  element('div', { className: 'scrolls', tabIndex: 0, role: 'region', aria: { label } }, ...children)
