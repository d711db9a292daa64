/** Entry point, in Node, of a worker that holds the HDF5 library. */
import { parentPort } from 'node:worker_threads'
import { InternalError } from '../../errors.js'
import type { Hdf5Request } from './messages.js'
import { serveHdf5 } from './serveHdf5.js'

if (!parentPort) throw new InternalError('hdf5Worker.node.js is not a program: it is started as a worker.')
const port = parentPort

port.on('message', (request: Hdf5Request) =>
  serveHdf5(request, (report, transfer = []) => port.postMessage(report, transfer)),
)
