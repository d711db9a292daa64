/** Where the files of data sets lie on this platform: folders in Node, the Cache Storage in browsers. */
export interface FileStore {
  /** The places that are searched, in this order, in words for messages. */
  readonly places: readonly string[]
  /** The first file of one of these names, searched place by place; undefined when there is none. */
  find(names: readonly string[]): Promise<FoundFile | undefined>
  /** Keeps a downloaded file for the next time: whole, or not at all. */
  keep(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Shows how a download gets on, where a person can see it. */
  readonly showProgress?: (progress: DownloadProgress) => void
}

export interface FoundFile {
  /** Where it was found, for messages. */
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface DownloadProgress {
  /** The name of the file that is being fetched. */
  readonly file: string
  /** Bytes received so far. */
  readonly received: number
  /** Bytes of the whole file; undefined when the server does not say. */
  readonly total: number | undefined
}

/** The store of the platform Gradus runs on. With `path`, that folder is the only place searched. */
export async function openStore(dataset: string, path: string | undefined): Promise<FileStore> {
  if (typeof process !== 'undefined' && process.versions?.node !== undefined) {
    // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
    const nodeFile = './folderStore.node.js'
    const { folderStore } = (await import(
      /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
    )) as typeof import('./folderStore.node.js')
    return folderStore(dataset, path)
  }
  const { browserStore } = await import('./browserStore.js')
  return browserStore(dataset, path)
}
