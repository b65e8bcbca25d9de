import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { posix } from 'node:path'
import { Duplex, type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { RuntimeError } from '../../../runtime-error.ts'
import { type ArchivedImage, listing, readArchive } from './image-archive.ts'
import { packingOf } from './plain-archive.ts'

interface Reading {
  /** What the archive's path is to people. */
  readonly shown: string
  /** Digests of the layers that are here: whoever copies the archive does not read those in it. */
  readonly stored: ReadonlySet<string>
  readonly signal?: AbortSignal | undefined
}

/** A file whose name is the digest of what is in it, in OCI's layout and in that of newer Dockers. */
const BLOB = /^(?:\.\/)?blobs\/sha256\/([0-9a-f]{64})$/

/**
 * What readArchive() says of the archive, where its layers are what it says they are: those of which nobody else would see
 * that they are not, since the same ones are here already. Rejects with IMAGE_CORRUPT, or with the signal's reason.
 */
export const wholeArchive = async (path: string, reading: Reading): Promise<readonly ArchivedImage[]> => {
  const images = await readArchive(path, reading.shown)
  try {
    for (const name of await blobsOf(path, reading.signal))
      await check(path, { name, digest: BLOB.exec(name)![1]!, isPacked: false }, reading)
    for (const { files } of images) {
      const digests = files === undefined ? [] : await layerDigests(path, files.config)
      for (const [index, name] of (files?.layers ?? []).entries()) {
        const digest = digests[index] ?? ''
        const [algorithm, hex = ''] = digest.split(':')
        if (!reading.stored.has(digest) || algorithm !== 'sha256' || BLOB.exec(name)?.[1] === hex) continue
        await check(path, { name, digest: hex, isPacked: true }, reading)
      }
    }
  } catch (error) {
    reading.signal?.throwIfAborted()
    throw error
  }
  // Whoever was stopped in the midst of it has found nothing.
  reading.signal?.throwIfAborted()
  return images
}

/** Of an image of `docker save`: of its layers as they are unpacked. None where whoever copies it says what is wrong. */
const layerDigests = async (path: string, config: string): Promise<readonly string[]> => {
  const { text } = await listing(path, config)
  try {
    const { rootfs } = JSON.parse(text ?? '{}') as { readonly rootfs?: { readonly diff_ids?: readonly string[] } }
    return Array.isArray(rootfs?.diff_ids) ? rootfs.diff_ids.map(String) : []
  } catch {
    return []
  }
}

interface Expected {
  /** Of the file in the archive. */
  readonly name: string
  /** Without `sha256:`. */
  readonly digest: string
  /** The digest is that of what it is unpacked, where it is packed. */
  readonly isPacked: boolean
}

const check = async (path: string, { name, digest, isPacked }: Expected, reading: Reading): Promise<void> => {
  const found = await digestOf(path, name, isPacked, reading)
  if (found === undefined || found === digest) return
  const words = `Digest did not match, expected sha256:${digest}, got sha256:${found}`
  throw new RuntimeError('IMAGE_CORRUPT', `'${reading.shown}' is damaged: its ${name}: ${words}`)
}

const blobsOf = async (path: string, signal: AbortSignal | undefined): Promise<readonly string[]> => {
  const text = await said(tar(path, ['--list'], signal))
  return text.split('\n').filter((name) => BLOB.test(name))
}

/** In a row; `docker save` writes one. */
const MOST_LINKS = 5

/** Undefined: no such file can be read, which whoever copies the archive says. */
const digestOf = async (
  path: string,
  name: string,
  isPacked: boolean,
  reading: Reading,
  links = 0,
): Promise<string | undefined> => {
  const { signal } = reading
  const child = tar(path, ['--extract', '--to-stdout', '--occurrence=1', '--', name], signal)
  const ended = endOf(child)
  const hash = createHash('sha256')
  let octets = 0
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      octets += chunk.length
      hash.update(chunk)
      done()
    },
  })
  let packing: ReturnType<typeof packingOf>
  try {
    packing = isPacked ? packingOf(await head(child.stdout!)) : undefined
    if (packing === undefined) await pipeline(child.stdout!, sink)
    else await pipeline(child.stdout!, unpacker(packing, signal), sink)
  } catch (cause) {
    child.kill()
    const why = `its ${name} cannot be unpacked by ${packing}: ${(cause as Error).message}`
    throw new RuntimeError('IMAGE_CORRUPT', `'${reading.shown}' is damaged: ${why}`, { cause })
  }
  if ((await ended) !== 0)
    return name.startsWith('./') ? undefined : await digestOf(path, `./${name}`, isPacked, reading, links)
  const target = octets === 0 ? await linkTarget(path, name, signal) : undefined
  if (target === undefined) return hash.digest('hex')
  if (links === MOST_LINKS)
    throw new RuntimeError(
      'IMAGE_CORRUPT',
      `'${reading.shown}' is damaged: its ${name} is one link of too many in a row`,
    )
  return await digestOf(path, target, isPacked, reading, links + 1)
}

/** What a symbolic link of the archive leads to: older Dockers write a layer that several images have so. */
const linkTarget = async (path: string, name: string, signal: AbortSignal | undefined): Promise<string | undefined> => {
  const text = await said(tar(path, ['--list', '--verbose', '--occurrence=1', '--', name], signal))
  const target = /^l.* -> (.*)$/m.exec(text)?.[1]
  return target && posix.join(posix.dirname(name), target)
}

const tar = (path: string, words: readonly string[], signal: AbortSignal | undefined): ChildProcess => {
  const child = spawn('tar', ['--file', path, ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
    ...(signal && { signal }),
  })
  // It ends then, and who gave up is told their reason.
  child.on('error', () => undefined)
  return child
}

const endOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('close', resolve))

const said = async (child: ChildProcess): Promise<string> => {
  const chunks: Buffer[] = []
  child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk))
  await endOf(child)
  return Buffer.concat(chunks).toString()
}

/** The first octets, which stay to be read. */
const head = async (stream: Readable): Promise<Buffer> => {
  await once(stream, 'readable')
  const octets = (stream.read() as Buffer | null) ?? Buffer.alloc(0)
  if (octets.length > 0) stream.unshift(octets)
  return octets.subarray(0, 6)
}

const unpacker = (packing: NonNullable<ReturnType<typeof packingOf>>, signal: AbortSignal | undefined): Duplex => {
  if (packing === 'gzip') return createGunzip()
  if (packing === 'zstd') return createZstdDecompress()
  const child = spawn(packing, ['--decompress', '--stdout'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    ...(signal && { signal }),
  })
  const both = Duplex.from({ writable: child.stdin, readable: child.stdout })
  child.once('error', (error) => both.destroy(error))
  return both
}
