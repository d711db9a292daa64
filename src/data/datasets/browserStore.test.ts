import { afterEach, describe, expect, it, vi } from 'vitest'
import { browserStore } from './browserStore.js'

afterEach(() => vi.unstubAllGlobals())

const stubCaches = () => {
  const kept = new Map<string, Response>()
  vi.stubGlobal('caches', {
    open: async () => ({
      match: async (url: string) => kept.get(url)?.clone(),
      put: async (url: string, response: Response) => void kept.set(url, response),
    }),
  })
}

describe('browserStore', () => {
  it('finds again what it kept', async () => {
    stubCaches()
    const store = browserStore('mnist', undefined)
    expect(await store.find(['a.gz', 'a'])).toBeUndefined()
    await store.keep('a', Uint8Array.of(1, 2, 3))
    expect((await store.find(['a.gz', 'a']))?.bytes).toEqual(Uint8Array.of(1, 2, 3))
    expect(await browserStore('other', undefined).find(['a'])).toBeUndefined()
  })

  it('does without the Cache Storage, and says so', async () => {
    vi.stubGlobal('caches', undefined)
    const store = browserStore('mnist', undefined)
    await store.keep('a', Uint8Array.of(1))
    expect(await store.find(['a'])).toBeUndefined()
    expect(store.places.join()).toContain('absent: the page is not served over https')
  })

  it('takes path as a folder on the server, and no page for a file', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      if (url.endsWith('.gz')) {
        return new Response('<html></html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
      }
      return url.endsWith('/a') ? new Response(Uint8Array.of(9)) : new Response(null, { status: 404 })
    })
    const store = browserStore('mnist', '/data/mnist/')
    expect(await store.find(['a.gz', 'a'])).toEqual({ path: '/data/mnist/a', bytes: Uint8Array.of(9) })
    expect(await store.find(['b'])).toBeUndefined()
    expect(asked).toEqual(['/data/mnist/a.gz', '/data/mnist/a', '/data/mnist/b'])
  })
})
