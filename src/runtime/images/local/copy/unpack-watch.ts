import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { RuntimeError } from '../../../runtime-error.ts'

/** How often a copy is looked at, milliseconds. */
const LOOK_MS = 400
/** A layer that unpacks to less than this may be packed as tightly as it likes, octets. */
const HARMLESS_OCTETS = 1 << 30
/** And one that is larger, to so many times what came of it: what people pack rarely comes to ten. */
const LARGEST_RATIO = 100
/** What is left to others of the disk: so much of it, and at most so many octets. */
const RESERVE = { share: 0.05, octets: 512 << 20 } as const

interface UnpackWatchOptions {
  readonly image: string
  /** The process that copies; undefined where it could not be started. */
  readonly process: number | undefined
  readonly storage: string
  /** Where what has come, and is not unpacked yet, lies. */
  readonly draft: string
  readonly onFault: (error: RuntimeError) => void
}

/**
 * Looks at a copy while it goes on: an image that unpacks to far more than was fetched of it, or that would take what is
 * left of the disk, is stopped, since everybody else on the machine needs that disk.
 */
export const watchUnpacking = (options: UnpackWatchOptions): { stop(): void } => {
  const { image, process, storage, draft, onFault } = options
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const look = async (): Promise<void> => {
    const free = freeOctets(storage)
    if (free < 0)
      onFault(
        new RuntimeError(
          'IMAGE_DISK_FULL',
          `image '${image}': the disk of ${storage} has too little room for it (free some: fairlead image prune)`,
        ),
      )
    const target = process === undefined ? undefined : unpackedBy(process)
    if (target !== undefined) {
      const unpacked = await diskUsage(target)
      if (unpacked > HARMLESS_OCTETS && unpacked > LARGEST_RATIO * Math.max(1, await diskUsage(draft)))
        onFault(
          new RuntimeError(
            'IMAGE_TOO_LARGE',
            `image '${image}': a layer unpacks to more than ${LARGEST_RATIO} times its size, ${unpacked} octets so far`,
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

/** What the disk has beyond what is left to others; negative where it has less. */
const freeOctets = (path: string): number => {
  const { bsize, blocks, bavail } = statfsSync(path)
  return bavail * bsize - Math.min(RESERVE.octets, blocks * bsize * RESERVE.share)
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
