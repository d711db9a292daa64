import { constants, type FileHandle, open } from 'node:fs/promises'
import { DataError } from '../errors.js'

/** A text file that grows, and can be cut. */
export class LogFile {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Opens a file, which is made if there is none, and left as it is.
   * @throws DataError if it cannot be written
   */
  static async open(path: string): Promise<LogFile> {
    return inWords(
      path,
      async () => new LogFile(path, await open(path, constants.O_RDWR | constants.O_CREAT)),
    )
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size
  }

  /** Writes text in the place of all that lies behind a position, in bytes; gives the position behind it. */
  async write(text: string, position: number): Promise<number> {
    return inWords(this.path, async () => {
      const bytes = Buffer.from(text)
      if ((await this.size()) > position) await this.handle.truncate(position)
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
      return position + bytes.length
    })
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist. Make it first.',
  EACCES: 'this user may not write it.',
  EROFS: 'it lies on a read-only disk.',
  EISDIR: 'it is a folder.',
  ENOSPC: 'the disk is full.',
}

async function inWords<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw new DataError(`${path}: cannot be written: ${reasons[code] ?? message}`, { cause })
  }
}
