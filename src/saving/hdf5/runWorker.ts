import { DataError, GradusError } from '../../errors.js'
import type { Hdf5Report, Hdf5Request } from './messages.js'
import { type Hdf5Worker, startWorker } from './startWorker.js'

/** Seconds without a sign of life after which the library is taken to be in an endless loop, and one more for each of these bytes. */
const PATIENCE = 30
const BYTES_PER_SECOND = 2 ** 20
/** Milliseconds for which a worker that laid out a file waits for the next one: to start a worker takes longer. */
const IDLE = 10_000
/** In how many steps patience is counted. */
const TICKS = 30

export interface RunOptions {
  /** What errors call the file. */
  readonly file: string
  /** Seconds that one call of the library may take, whatever it reads. */
  readonly patience?: number
}

/**
 * Has a worker do something with the HDF5 library. One that reads is of its own for each file and is ended on every way out; one that laid
 * out a file does it again if more comes soon. It says what it is about to do before each call of the library: one that does not come to an end, as
 * happens with damaged files, is noticed by its silence.
 *
 * @param transfer what is handed over to the worker, not copied
 * @throws DataError if the library cannot read the file, dies or does not come to an end, naming the file and the place in it
 * @throws GradusError if it cannot be loaded, or cannot write
 */
export async function runWorker<T extends 'read' | 'laidOut'>(
  answer: T,
  request: Hdf5Request,
  transfer: readonly ArrayBuffer[],
  { file, patience = PATIENCE }: RunOptions,
): Promise<Extract<Hdf5Report, { type: T }>> {
  const worker = (request.type === 'layOut' && takeIdle()) || (await startWorker())
  let ended = true
  let clock: ReturnType<typeof setInterval> | undefined
  try {
    const report = await new Promise<Extract<Hdf5Report, { type: T }>>((resolve, reject) => {
      /** Where the library is; nowhere before it is loaded, which takes as long as it takes. */
      let place: string | undefined
      let ticksLeft = Number.POSITIVE_INFINITY
      const fail = (reason: string) => reject(failure(request.type, file, place, reason))
      const hear = (report: Hdf5Report) => {
        switch (report.type) {
          case 'working':
            place = report.place
            ticksLeft = TICKS * (1 + report.bytes / BYTES_PER_SECOND / PATIENCE)
            return
          case 'failed':
            return fail(report.reason)
          default:
            if (report.type === answer) resolve(report as Extract<Hdf5Report, { type: T }>)
        }
      }
      worker.listen({ report: hear, failure: fail })
      // Ticks are counted, not time: a thread that was busy or asleep hears of what came meanwhile before many of them pass.
      clock = setInterval(
        () => {
          if (--ticksLeft < 0) fail('it does not come to an end')
        },
        (1000 * patience) / TICKS,
      )
      worker.post(request, transfer)
    })
    if (request.type === 'layOut') {
      keep(worker)
      ended = false
    }
    return report
  } finally {
    clearInterval(clock)
    if (ended) await worker.terminate()
  }
}

/** A worker that has laid out a file, and will be ended soon unless there is another. */
let idle: { readonly worker: Hdf5Worker; readonly end: ReturnType<typeof setTimeout> } | undefined

function takeIdle(): Hdf5Worker | undefined {
  const worker = idle?.worker
  clearTimeout(idle?.end)
  idle = undefined
  worker?.keepAlive(true)
  return worker
}

function keep(worker: Hdf5Worker): void {
  const end = () => {
    takeIdle()
    void worker.terminate()
  }
  const timer = setTimeout(end, IDLE)
  // In Node a process that has nothing else to do ends with it.
  if (typeof timer === 'object') timer.unref()
  worker.keepAlive(false)
  worker.listen({ report: () => {}, failure: end })
  idle = { worker, end: timer }
}

function failure(what: Hdf5Request['type'], file: string, place: string | undefined, reason: string): Error {
  if (place === undefined) {
    const advice =
      typeof process === 'undefined' || process.versions?.node === undefined
        ? "A page must allow workers and WebAssembly: worker-src 'self' and script-src 'self' 'wasm-unsafe-eval' in its content security policy."
        : 'A bundle for Node must leave gradus out (esbuild: --external:gradus): its workers are files of their own.'
    return new GradusError(
      `${file}: the HDF5 library (h5wasm) could not be loaded in a worker: ${reason}. ${advice}`,
    )
  }
  if (what === 'layOut') {
    return new GradusError(
      `${file}: ${place}: the HDF5 library could not write it: ${reason}. Save the weights as .safetensors instead.`,
    )
  }
  return new DataError(
    `${file}: ${place}: the HDF5 library failed there: ${reason}. The file is cut off or damaged; get it once more.`,
  )
}
