import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { join, normalize } from 'node:path/posix'
import { isOpaque } from '#kernel/files/opaque.ts'
import { RuntimeError } from '../../runtime-error.ts'

/** As many links as the kernel itself follows. */
const MOST_LINKS = 40
const CHUNK_BYTES = 64 * 1024

const lookAt = (path: string): Stats | undefined => {
  try {
    return lstatSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

interface Found {
  readonly stat: Stats
  readonly path: string
}

/** What the topmost layer that has `path` shows there; every part of the path but the last is known to be a folder. */
const topmost = (layers: readonly string[], path: string): Found | undefined => {
  const parts = path.split('/')
  for (const layer of layers) {
    let isLast = false
    // What covers a folder on the way covers all in it.
    for (const depth of parts.keys()) {
      const at = join(layer, ...parts.slice(0, depth + 1))
      const stat = lookAt(at)
      if (stat === undefined) break
      if (depth === parts.length - 1) return { stat, path: at }
      // Also where the layer takes it away, by a device without a number.
      if (!stat.isDirectory()) return undefined
      isLast ||= isOpaque(at)
    }
    if (isLast) return undefined
  }
  return undefined
}

/** Where a path of the image leads, link by link, each within the image: none of them is followed on the machine. */
const resolve = (layers: readonly string[], wanted: string): Found | undefined => {
  let rest = wanted.split('/').filter((part) => part !== '')
  let at = ''
  let links = 0
  while (rest.length > 0) {
    const [part = '', ...after] = rest
    const path = normalize(join('/', at, part)).slice(1)
    rest = after
    if (path === '') {
      at = ''
      continue
    }
    const found = topmost(layers, path)
    if (found === undefined) return undefined
    if (found.stat.isSymbolicLink()) {
      if (++links > MOST_LINKS) return undefined
      const target = readlinkSync(found.path)
      rest = [...target.split('/').filter((one) => one !== ''), ...rest]
      if (target.startsWith('/')) at = ''
    } else if (rest.length > 0 && !found.stat.isDirectory()) return undefined
    else if (rest.length === 0) return found
    else at = path
  }
  return undefined
}

/**
 * The text of a file of an image, `etc/passwd`, as a container would see it: by the topmost layer that has it. Links stay
 * within the image, whatever they say. Undefined where it is not there, or no regular file. Throws RuntimeError
 * IMAGE_INVALID where it has more than `mostBytes`.
 */
export function readLayeredFile(layers: readonly string[], path: string, mostBytes: number): string | undefined {
  const found = resolve(layers, path)
  if (found === undefined || !found.stat.isFile()) return undefined
  const fd = openSync(found.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size } = fstatSync(fd)
    if (size > mostBytes)
      throw new RuntimeError('IMAGE_INVALID', `/${path} of the image has ${size} bytes, and may have ${mostBytes}`)
    const chunks: Buffer[] = []
    for (let total = 0; total <= mostBytes; ) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(1, size)))
      const count = readSync(fd, chunk)
      if (count === 0) break
      chunks.push(chunk.subarray(0, count))
      total += count
    }
    return Buffer.concat(chunks).toString()
  } finally {
    closeSync(fd)
  }
}
