/** Entry point, in browsers, of a worker that holds the HDF5 library. */
import type { Hdf5Request } from './messages.js'
import { serveHdf5 } from './serveHdf5.js'

// The type library is that of pages, where `self` is a window and posts to an origin.
const scope = self as unknown as Worker

scope.addEventListener('message', ({ data }: MessageEvent<Hdf5Request>) =>
  serveHdf5(data, (report, transfer = []) => scope.postMessage(report, [...transfer])),
)
