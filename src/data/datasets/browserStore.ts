import type { FileStore, FoundFile } from './fileStore.js'

/**
 * Files in the browser: with `path`, a folder on a web server (a URL, relative to the page); without, the Cache Storage,
 * which pages have when they come over https or from localhost.
 */
export function browserStore(dataset: string, path: string | undefined): FileStore {
  const key = (name: string) => `https://gradus.invalid/${dataset}/${name}`
  if (path !== undefined) {
    return {
      places: [path],
      find: async (names) => {
        for (const name of names) {
          const url = `${path.replace(/\/$/, '')}/${name}`
          const response = await fetch(url)
          // Development servers answer unknown paths with the page itself.
          const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
          if (response.ok && !isPage) return read(url, response)
        }
        return undefined
      },
      keep: async () => {},
    }
  }
  return {
    places: [
      `the option path (a URL folder that holds the files)`,
      typeof caches === 'undefined'
        ? 'the Cache Storage of this page (absent: the page is not served over https or from localhost)'
        : "the Cache Storage of this page ('gradus')",
    ],
    find: async (names) => {
      if (typeof caches === 'undefined') return undefined
      const cache = await caches.open('gradus')
      for (const name of names) {
        const response = await cache.match(key(name))
        if (response !== undefined) return read(key(name), response)
      }
      return undefined
    },
    keep: async (name, bytes) => {
      if (typeof caches === 'undefined') return
      const cache = await caches.open('gradus')
      try {
        await cache.put(key(name), new Response(bytes))
      } catch (error) {
        // The data are here and sound; a full quota costs the next visit a download.
        console.warn(`Gradus could not keep ${name} in the Cache Storage:`, error)
      }
    },
  }
}

const read = async (path: string, response: Response): Promise<FoundFile> => ({
  path,
  bytes: new Uint8Array(await response.arrayBuffer()),
})
