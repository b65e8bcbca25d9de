import { constants, createReadStream, fstatSync, openSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as turn } from 'node:timers/promises'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'

const FORMAT = 'fairlead-saved-state/1'
/** Objects that are written in one turn of the loop. */
const AT_ONCE = 200

interface Head {
  readonly format: string
  /** Of which cluster. */
  readonly cluster: string
  readonly resource: string
  /** Milliseconds since 1970. */
  readonly writtenAt: number
  readonly count: number
}

export interface SavedFile {
  readonly path: string
  /** What tells this cluster from others: what was saved of another is not taken. */
  readonly cluster: string
}

const idOf = (resource: Resource): string => `${resource.plural}.${groupVersion(resource)}`

/** What is in a Secret is on no disk of a node by us. */
const refuseSecrets = ({ group, plural }: Resource): void => {
  if (group === '' && plural === 'secrets') throw new TypeError('Secrets are not saved')
}

/**
 * Writes what a cache holds: a line about it, and then one an object, readable by its owner alone. Another file is put in
 * the place of the one before when all of it is on the disk, so that there is always a whole one.
 */
export const writeSavedState = async <T extends ApiObject>(
  { path, cluster }: SavedFile,
  resource: Resource<T>,
  objects: readonly T[],
  now: number,
): Promise<void> => {
  refuseSecrets(resource as Resource)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.draft`
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    const head: Head = {
      format: FORMAT,
      cluster,
      resource: idOf(resource as Resource),
      writtenAt: now,
      count: objects.length,
    }
    await file.write(`${JSON.stringify(head)}\n`)
    for (let at = 0; at < objects.length; at += AT_ONCE) {
      const lines = objects.slice(at, at + AT_ONCE).map((object) => JSON.stringify(object))
      await file.write(`${lines.join('\n')}\n`)
      // Whoever waits for a change of a Service does not wait for all of them to be written.
      await turn()
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

/**
 * What was saved, where it is of this cluster and resource, whole, not older than `mostAge` milliseconds, and nobody else
 * could have written it; else why not. A file that is not there is `undefined`.
 */
export const readSavedState = async <T extends ApiObject>(
  { path, cluster }: SavedFile,
  resource: Resource<T>,
  mostAge: number,
  now: number,
): Promise<readonly T[] | string | undefined> => {
  refuseSecrets(resource as Resource)
  const descriptor = openFor(path)
  if (typeof descriptor !== 'number') return descriptor
  const stream = createReadStream(path, { fd: descriptor })
  const objects: T[] = []
  let head: Head | undefined
  try {
    for await (const line of createInterface({ input: stream })) {
      if (head !== undefined) {
        objects.push(JSON.parse(line) as T)
        continue
      }
      head = JSON.parse(line) as Head
      const fault = faultOf(head, cluster, idOf(resource as Resource), mostAge, now)
      if (fault !== undefined) return `${path}: ${fault}`
    }
  } catch (error) {
    return `${path} cannot be read: ${(error as Error).message}`
  } finally {
    stream.destroy()
  }
  return objects.length === head?.count ? objects : `${path} is cut: ${objects.length} of ${head?.count ?? 0} objects`
}

/** The open file, or why it is not taken. */
const openFor = (path: string): number | string | undefined => {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : message
  }
  const { uid, mode } = fstatSync(descriptor)
  // What stands in it becomes rules of the kernel.
  return uid === process.getuid?.() && (mode & 0o022) === 0 ? descriptor : `${path} could be written by others`
}

const faultOf = (head: Head, cluster: string, resource: string, mostAge: number, now: number): string | undefined => {
  if (head.format !== FORMAT) return `of another version (${head.format})`
  if (head.cluster !== cluster) return 'of another cluster'
  if (head.resource !== resource) return `of ${head.resource}`
  const age = now - head.writtenAt
  return age > mostAge
    ? `${Math.round(age / 1000)} s old, more than the ${Math.round(mostAge / 1000)} s allowed`
    : undefined
}
