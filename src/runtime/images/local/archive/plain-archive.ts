import { spawn } from 'node:child_process'
import { closeSync, createReadStream, createWriteStream, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { RuntimeError } from '../../../runtime-error.ts'
import { freeOctets } from '../free-octets.ts'

type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz'

/** How archives are packed, by their first octets; what Node.js does not know, a program unpacks. */
const PACKINGS: readonly (readonly [magic: string, packing: Packing])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
]

/** How often it is asked whether the disk has room, octets. */
const LOOK_EVERY = 32 << 20

interface Unpacking {
  /** Where a file may be made. */
  readonly folder: string
  /** What the archive's path is to people. */
  readonly shown: string
  readonly signal?: AbortSignal | undefined
}

/**
 * The path of the archive as it was before somebody packed it as a whole: its own, or that of a file in `folder`. Rejects with
 * RuntimeError IMAGE_CORRUPT, IMAGE_DISK_FULL, or with the signal's reason.
 */
export const plainArchive = async (path: string, { folder, shown, signal }: Unpacking): Promise<string> => {
  const packing = packingIn(path, shown)
  if (packing === undefined) return path
  const plain = join(folder, 'plain.tar')
  const sink = createWriteStream(plain, { mode: 0o600 })
  const options = signal === undefined ? {} : { signal }
  try {
    if (packing === 'gzip')
      await pipeline(createReadStream(path), createGunzip(), whileThereIsRoom(folder), sink, options)
    else if (packing === 'zstd')
      await pipeline(createReadStream(path), createZstdDecompress(), whileThereIsRoom(folder), sink, options)
    else await unpackBy(packing, path, whileThereIsRoom(folder), sink, options)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof RuntimeError) throw error
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    const why = `cannot be unpacked by ${packing}: ${(error as Error).message}`
    throw new RuntimeError(isFull ? 'IMAGE_DISK_FULL' : 'IMAGE_CORRUPT', `'${shown}' ${why}`, { cause: error })
  }
  return plain
}

const packingIn = (path: string, shown: string): Packing | undefined => {
  const head = Buffer.alloc(6)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw new RuntimeError('IMAGE_CORRUPT', `'${shown}' cannot be read: ${(cause as Error).message}`, { cause })
  }
  try {
    readSync(file, head)
  } catch {
    // A folder: whoever reads it as an archive says so.
  } finally {
    closeSync(file)
  }
  return packingOf(head)
}

/** How that is packed which begins so; undefined: not at all. */
export const packingOf = (head: Uint8Array): Packing | undefined =>
  PACKINGS.find(([magic]) => Buffer.from(head).toString('hex').startsWith(magic))?.[1]

/** Passes on what comes, as long as the disk of `folder` has room for it and for others. */
const whileThereIsRoom = (folder: string): Transform => {
  let since = LOOK_EVERY
  return new Transform({
    transform(chunk: Buffer, _, done) {
      since += chunk.length
      if (since >= LOOK_EVERY) {
        since = 0
        if (freeOctets(folder) < LOOK_EVERY)
          return done(new RuntimeError('IMAGE_DISK_FULL', `the disk of ${folder} has too little room for the archive`))
      }
      done(null, chunk)
    },
  })
}

const unpackBy = async (
  program: string,
  path: string,
  room: Transform,
  sink: Writable,
  options: { readonly signal?: AbortSignal },
): Promise<void> => {
  const child = spawn(program, ['--decompress', '--stdout', path], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(0, 500)
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(said.trim() || `status ${code}`))))
  })
  await Promise.all([ended, pipeline(child.stdout, room, sink, options)])
}
