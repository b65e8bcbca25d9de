import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { RuntimeError } from '../../../runtime-error.ts'
import { freeOctets } from '../free-octets.ts'
import { CopyProgress } from './copy-progress.ts'

/** How often a copy is looked at, milliseconds. */
const LOOK_MS = 400
/** What a layer may unpack to, and how long a copy may take for nothing. */
export interface UnpackLimits {
  /** Octets: what unpacks to less may be packed as tightly as it likes. */
  readonly harmless: number
  /** And what unpacks to more, to so many times what was fetched of the image. */
  readonly ratio: number
  /** Milliseconds in which something is to come. */
  readonly patienceMs: number
}

/** What people pack rarely comes to ten times its size; gzip can make a thousand of one. The patience is containerd's. */
export const UNPACK_LIMITS: UnpackLimits = { harmless: 1 << 30, ratio: 100, patienceMs: 300_000 }

interface UnpackWatchOptions {
  readonly image: string
  /** The process that copies; undefined where it could not be started. */
  readonly process: number | undefined
  readonly storage: string
  /** Where what has come, and is not unpacked yet, lies. */
  readonly draft: string
  readonly limits: UnpackLimits
  readonly onFault: (error: RuntimeError) => void
}

/**
 * Looks at a copy while it goes on: an image that unpacks to far more than was fetched of it, or that would take what is
 * left of the disk, is stopped, since everybody else on the machine needs that disk; and one that does not get on, since
 * others wait for their turn.
 */
export const watchUnpacking = (options: UnpackWatchOptions): { stop(): void } => {
  const { image, process, storage, draft, limits, onFault } = options
  const progress = process === undefined ? undefined : new CopyProgress(process, limits.patienceMs, performance.now())
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const look = async (): Promise<void> => {
    if (freeOctets(storage) < 0)
      onFault(
        new RuntimeError(
          'IMAGE_DISK_FULL',
          `image '${image}': the disk of ${storage} has too little room for it (free some: fairlead image prune)`,
        ),
      )
    if (progress?.getsOn(performance.now()) === false)
      onFault(
        new RuntimeError(
          'IMAGE_UNREACHABLE',
          `image '${image}': nothing has come for ${limits.patienceMs / 1000} seconds`,
        ),
      )
    const target = process === undefined ? undefined : unpackedBy(process)
    if (target !== undefined) {
      const unpacked = await diskUsage(target)
      if (unpacked > limits.harmless && unpacked > limits.ratio * Math.max(1, await diskUsage(draft)))
        onFault(
          new RuntimeError(
            'IMAGE_TOO_LARGE',
            `image '${image}': a layer unpacks to more than ${limits.ratio} times its size, ${unpacked} octets so far`,
          ),
        )
    }
    if (!stopped) timer = setTimeout(() => void look(), LOOK_MS)
  }
  timer = setTimeout(() => void look(), LOOK_MS)
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** The folder that a child of the process unpacks a layer to, by its command line: `storage-untar / FOLDER`. */
const unpackedBy = (pid: number): string | undefined => {
  try {
    // Children stand with the thread that started them, and any of Go's threads does.
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      for (const child of readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean)) {
        const [name = '', , folder] = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0')
        if (/^storage-(?:untar|applyLayer)$/.test(name) && folder?.startsWith('/')) return folder
      }
    }
  } catch {
    // It has ended meanwhile.
  }
  return undefined
}

/** What a folder takes of the disk, octets; 0 where it cannot be said. */
const diskUsage = (folder: string): Promise<number> =>
  new Promise((resolve) => {
    execFile('du', ['-s', '-B1', folder], (_, stdout) => resolve(Number.parseInt(stdout, 10) || 0))
  })
