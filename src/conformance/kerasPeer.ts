import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InternalError } from '../errors.js'
import { encodeMessage, MessageReader } from './wire.js'

const folder = fileURLToPath(new URL('../../conformance/', import.meta.url))

/** `float64` is the arbiter: the same Keras, asked to compute in double precision. */
export type Precision = 'float32' | 'float64'

/** The newest Keras, and older ones whose files are read. */
export type KerasVersion = '2.15' | '3.0' | 'newest'

/** What is compared with beside Keras as it is: older ones, and onnxruntime, which runs exported models. */
export type OtherPeer = Exclude<KerasVersion, 'newest'> | 'onnx'

interface Reply {
  readonly reply?: unknown
  readonly error?: string
}

/** The real Keras, in a process of its own. Requests are answered in order. */
export class KerasPeer {
  private readonly waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = []
  private readonly others = new Map<KerasVersion | 'onnx', KerasPeer>()
  private errorText = ''
  /** Why there will be no more answers. */
  private ended: string | undefined

  private constructor(
    private readonly server: ChildProcess,
    private readonly title: string,
  ) {
    const reader = new MessageReader((message) => this.settle(message))
    server.stdout?.on('data', (piece: Uint8Array) => reader.push(piece))
    server.stderr?.on('data', (piece: Uint8Array) => {
      this.errorText = (this.errorText + piece.toString()).slice(-4000)
    })
    server.stdin?.on('error', ({ message }) => this.end(message))
    server.on('exit', (code) => this.end(`${title}'s process ended with code ${code}.\n${this.errorText}`))
  }

  /** Makes the virtual environment of the newest Keras if it is not there, and starts it. */
  static start(): KerasPeer {
    return KerasPeer.launch('keras_server.py', 'newest')
  }

  private static launch(server: string, version: KerasVersion | 'onnx', title = 'Keras'): KerasPeer {
    const named = version === 'newest' ? [] : [version]
    const setup = spawnSync('python3', [`${folder}setup.py`, ...named], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (setup.status !== 0) {
      throw new InternalError(
        `conformance/setup.py failed (${setup.error?.message ?? `code ${setup.status}`}). It needs Python 3.11 and, the first ` +
          'time, the Python package index.',
      )
    }
    return new KerasPeer(spawn(setup.stdout.toString().trim(), [`${folder}${server}`]), title)
  }

  /** The Keras of a version that writes and reads model files: started at the first use, ended with this one. */
  files(version: KerasVersion): KerasPeer {
    const peer = this.others.get(version) ?? KerasPeer.launch('file_server.py', version)
    this.others.set(version, peer)
    return peer
  }

  /** The real ONNX, with onnxruntime: started at the first use, ended with this one. */
  onnx(): KerasPeer {
    const peer = this.others.get('onnx') ?? KerasPeer.launch('onnx_server.py', 'onnx', 'onnxruntime')
    this.others.set('onnx', peer)
    return peer
  }

  /** Asks for an operation of the server; its functions state what they take and give. */
  ask<T>(operation: string, request: object = {}, precision: Precision = 'float32'): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) return reject(new Error(this.ended))
      this.waiting.push({ resolve: (value) => resolve(value as T), reject })
      this.server.stdin?.write(encodeMessage({ operation, precision, request }))
    })
  }

  /** Ends the process once it has answered. */
  close(): void {
    this.server.stdin?.end()
    for (const other of this.others.values()) other.close()
  }

  private settle({ reply, error }: Reply): void {
    const request = this.waiting.shift()
    if (error === undefined) request?.resolve(reply)
    else request?.reject(new Error(`${this.title}: ${error}`))
  }

  private end(reason: string): void {
    this.ended ??= reason
    for (const { reject } of this.waiting.splice(0)) reject(new Error(reason))
  }
}
