import { DOMImplementation, XMLSerializer, type Node as XmlNode } from '@xmldom/xmldom'

/** A document in which SVG elements can be made; it knows nothing of pages. */
export const svgDocument = (): Document =>
  new DOMImplementation().createDocument('http://www.w3.org/1999/xhtml', 'html') as unknown as Document

export const serialize = (element: Node): string =>
  new XMLSerializer().serializeToString(element as unknown as XmlNode)
