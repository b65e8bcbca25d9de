import type { Clock } from '#clock/clock.ts'
import type { KeptImage } from '#runtime/images/local/kept-images.ts'

/** Kubernetes' own: imageGCHighThresholdPercent, imageGCLowThresholdPercent, imageMinimumGCAge, and how often it looks. */
const HIGH_PERCENT = 85
const LOW_PERCENT = 80
const MIN_AGE_MS = 120_000
const PERIOD_MS = 300_000
/** A disk that is all but full is looked at all the time: the store is searched for what can go once in so long. */
const RELIEF_MS = 60_000

/** What the disk of the images has, in bytes. */
interface ImageDisk {
  readonly totalBytes: number
  readonly availableBytes: number
}

/** Who has images, by their ids. */
type Users = ReadonlyMap<string, readonly string[]>

/** The store, as far as it is collected. */
interface CollectedImages {
  /** All that it has; that these are in use is noted, at that time, milliseconds since 1970. */
  list(users: Users, now: number): readonly KeptImage[]
  /** Takes one away, unless somebody has it by now: then it does nothing. */
  takeAway(id: string): Promise<void>
  /** So that one process does it at once; undefined where another is at it. */
  lock(): Disposable | undefined
}

interface ImageCollectorOptions {
  readonly images: CollectedImages
  /** Pods of whatever cluster. */
  readonly users: () => Users
  readonly disk: () => ImageDisk
  readonly clock: Clock
  /** Tells every node of a warning, under a reason. */
  readonly warn: (reason: string, message: string) => void
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Takes images away that nobody uses where the disk is nearly full, the one that was used longest ago first, as each node's
 * kubelet does with Kubernetes; here all nodes of all clusters have one store. What a person has brought stays.
 */
export class ImageCollector {
  readonly #options: ImageCollectorOptions
  /** When images without a name were first seen so: one of them may be a copy that is about to get its name. */
  #nameless = new Map<string, number>()
  #hasFailed = false
  #running: Promise<void> | undefined
  #relievedAt = Number.NEGATIVE_INFINITY

  constructor(options: ImageCollectorOptions) {
    this.#options = options
  }

  /** Looks every five minutes until `signal` aborts. */
  start(signal: AbortSignal): void {
    const { clock } = this.#options
    const look = async (): Promise<void> => {
      await this.collect()
      wait()
    }
    const wait = (): void => {
      if (signal.aborted) return
      const cancel = clock.after(PERIOD_MS, () => void look())
      signal.addEventListener('abort', cancel, { once: true })
    }
    wait()
  }

  /** For whoever would end a pod otherwise: resolves when what could go is gone. */
  async relieve(): Promise<void> {
    const now = this.#options.clock.now()
    if (now - this.#relievedAt < RELIEF_MS) return
    this.#relievedAt = now
    await this.collect()
  }

  /** Looks once. Never rejects; who comes meanwhile waits for the same. */
  collect(): Promise<void> {
    this.#running ??= this.#collect().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #collect(): Promise<void> {
    const { warn, log } = this.#options
    try {
      await this.#free()
      this.#hasFailed = false
    } catch (error) {
      log('images cannot be collected', error)
      // As Kubernetes does: once is no matter.
      if (this.#hasFailed) warn('ImageGCFailed', wordsOf(error))
      this.#hasFailed = true
    }
  }

  async #free(): Promise<void> {
    const { images, users: usersOf, disk, clock, warn } = this.#options
    using lock = images.lock()
    if (lock === undefined) return
    const now = clock.now()
    // Also where there is room: it notes what is in use.
    const users = usersOf()
    const candidates = this.#candidates(images.list(users, now), users, now)
    const before = disk()
    if (before.totalBytes <= 0) {
      const message = 'invalid capacity 0 on image filesystem'
      warn('InvalidDiskCapacity', message)
      throw new Error(message)
    }
    const usedPercent = 100 - Math.floor((before.availableBytes * 100) / before.totalBytes)
    if (usedPercent < HIGH_PERCENT) return
    const wantedBytes = Math.floor((before.totalBytes * (100 - LOW_PERCENT)) / 100)
    const faults: string[] = []
    for (const { id } of candidates) {
      if (disk().availableBytes >= wantedBytes) break
      // Others may go all the same.
      await images.takeAway(id).catch((error: unknown) => faults.push(wordsOf(error)))
    }
    const { availableBytes } = disk()
    const freed = Math.max(0, availableBytes - before.availableBytes)
    const toFree = wantedBytes - before.availableBytes
    if (faults.length > 0)
      throw new Error(
        `wanted to free ${toFree} bytes, but freed ${freed} bytes space with errors in image deletion: ${faults.join(', ')}`,
      )
    if (availableBytes >= wantedBytes) return
    const message = `Insufficient free disk space on the node's image filesystem (${usedPercent}% of ${sizeText(before.totalBytes)} used). Failed to free sufficient space by deleting unused images (freed ${freed} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.`
    warn('FreeDiskSpaceFailed', message)
    throw new Error(message)
  }

  /** What may go, in the order in which it goes. */
  #candidates(all: readonly KeptImage[], users: Users, now: number): readonly KeptImage[] {
    const seen = this.#nameless
    this.#nameless = new Map(
      all.filter(({ names }) => names.length === 0).map(({ id }) => [id, seen.get(id) ?? now] as const),
    )
    const cameAt = ({ id, keptAt }: KeptImage): number => keptAt ?? this.#nameless.get(id) ?? now
    // Of what has no name nobody can make a container any more.
    const usedAt = ({ usedAt = 0 }: KeptImage): number => usedAt
    return all
      .filter((image) => !image.isPinned && !users.has(image.id) && now - cameAt(image) >= MIN_AGE_MS)
      .sort((one, other) => usedAt(one) - usedAt(other) || cameAt(one) - cameAt(other))
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** As Kubernetes writes it there: `10.0 GiB`. */
const sizeText = (bytes: number): string => {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return `${(bytes / 1024 ** unit).toFixed(1)} ${UNITS[unit]}`
}
