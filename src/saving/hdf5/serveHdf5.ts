import { ready } from 'h5wasm'
import { layOut } from './layOut.js'
import type { Hdf5Contents, Hdf5Report, Hdf5Request } from './messages.js'
import { readContents } from './readContents.js'

/** Sends a report to the caller's thread; arrays of `transfer` are handed over, not copied. */
export type Post = (report: Hdf5Report, transfer?: readonly ArrayBuffer[]) => void

/** Does in a worker what it was started for. */
export async function serveHdf5(request: Hdf5Request, post: Post): Promise<void> {
  try {
    const library = await ready
    library.activate_throwing_error_handler()
    const working = (place: string, bytes = 0) => post({ type: 'working', place, bytes })
    if (request.type === 'read') {
      const contents = readContents(library, request.bytes, request.file, working)
      post({ type: 'read', contents }, buffersOf(contents))
    } else {
      // Datasets bear the time at which they were made: files of the same model are to be the same.
      Date.now = () => 0
      post({ type: 'laidOut', layout: layOut(library, request.form, working) })
    }
  } catch (error) {
    post({ type: 'failed', reason: reasonOf(error) })
  }
}

function buffersOf({ members }: Hdf5Contents): ArrayBuffer[] {
  return [...members.values()].flatMap((member) => {
    if ('members' in member) return buffersOf(member)
    return 'data' in member ? [member.data.buffer as ArrayBuffer] : []
  })
}

/** What the library says of the function in which it failed, of all those on the way to it. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const stack = [...text.matchAll(/#\d+:.*? in \w+\(\): (.*)/g)]
  return stack.at(-1)?.[1] ?? text
}
