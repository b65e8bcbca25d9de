import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { withContainerUmask } from '../../../container-umask.ts'
import { findProgram } from '../../../runc/programs/programs.ts'
import { writeFolderImage } from '../archive/folder-image.ts'
import type { ImageStorePaths } from '../image-store-folder.ts'
import { copyError, wordsOf } from './skopeo-words.ts'
import { type UnpackLimits, watchUnpacking } from './unpack-watch.ts'

interface CopyOptions {
  /** What is copied, for messages: the image's name. */
  readonly image: string
  /** skopeo's own words: `docker://…`, `docker-archive:…`, `oci:…`. */
  readonly source: string
  /** Under which name the storage is to have it; one that no other copy has. */
  readonly target: string
  /** A folder of this copy alone, for what is on the way. */
  readonly draft: string
  /** Logins, in the form of Docker's config.json; absent: those of the user who runs us. */
  readonly authFile?: string
  /** A registries.conf in place of the machine's. */
  readonly registriesConf?: string
  readonly signal?: AbortSignal
  /** A terminal's descriptor: how far it is, is shown there. */
  readonly progress?: number
}

/** How long a copy may say nothing on its way out, milliseconds. */
const END_MS = 5000

/**
 * skopeo, over a storage of our own. It runs in a mount namespace of its own: the storage mounts itself upon itself, and
 * would leave that behind.
 */
export class Skopeo {
  readonly #paths: ImageStorePaths
  readonly #environment: NodeJS.ProcessEnv
  readonly #limits: UnpackLimits

  /** `environment`: of the program, besides what is ours to say. */
  constructor(paths: ImageStorePaths, environment: NodeJS.ProcessEnv, limits: UnpackLimits) {
    this.#paths = paths
    this.#environment = environment
    this.#limits = limits
  }

  /** An image of the storage, as skopeo calls it. */
  #stored(name: string): string {
    return `containers-storage:[overlay@${this.#paths.storage}+${this.#paths.run}]${name}`
  }

  #spawn(args: readonly string[], draft: string, progress?: number): ChildProcess {
    const program = findProgram('skopeo')
    // The machine's own settings of storage are another storage's.
    const storageConf = join(draft, 'storage.conf')
    writeFileSync(storageConf, '[storage]\ndriver = "overlay"\n')
    // Nobody has anything of a copy whose name is not written down: it dies with this process.
    const words = ['--pdeathsig', 'KILL', '--', findProgram('unshare'), '--mount', '--propagation', 'private', program]
    // Folders that a layer does not name itself are for every user of a container, as the others are.
    return withContainerUmask(() =>
      spawn(findProgram('setpriv'), [...words, '--insecure-policy', '--tmpdir', draft, ...args], {
        // A group of its own, so that what it starts ends with it.
        detached: true,
        env: { ...this.#environment, TMPDIR: draft, CONTAINERS_STORAGE_CONF: storageConf },
        stdio: ['ignore', progress ?? 'ignore', 'pipe'],
      }),
    )
  }

  /** Copies an image into the storage. Rejects with RuntimeError, which says what was wrong with it. */
  async copy({ image, source, target, draft, authFile, registriesConf, signal, progress }: CopyOptions): Promise<void> {
    for (const folder of [this.#paths.storage, this.#paths.run]) mkdirSync(folder, { recursive: true, mode: 0o700 })
    const auth = authFile === undefined ? [] : ['--src-authfile', authFile]
    const conf = registriesConf === undefined ? [] : ['--registries-conf', registriesConf]
    const words = [...conf, '--override-os', 'linux', 'copy', ...auth, source, this.#stored(target)]
    const child = this.#spawn(words, draft, progress)
    let fault: Error | undefined
    const stop = (why: Error): void => {
      fault ??= why
      kill(child)
    }
    const abort = (): void => stop(signal?.reason as Error)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    const watch = watchUnpacking({
      image,
      process: child.pid,
      storage: this.#paths.storage,
      draft,
      limits: this.#limits,
      onFault: stop,
    })
    try {
      const { status, words } = await ended(child)
      if (fault !== undefined) {
        await this.#sweep(draft)
        throw fault
      }
      if (status !== 0) throw copyError(image, words)
    } finally {
      watch.stop()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Takes an image out of the storage, with the layers that no other one has. */
  async remove(id: string, draft: string): Promise<void> {
    const { status, words } = await ended(
      this.#spawn(['delete', this.#stored(`@${id.replace(/^sha256:/, '')}`)], draft),
    )
    if (status !== 0 && !/does not resolve to an image|identifier is not an image/.test(words))
      throw copyError(id, words)
  }

  /**
   * Takes away what a copy that was killed has left half unpacked: the next one that is written does so, and here it is an
   * empty image, which goes again. What cannot be swept now, the next copy sweeps.
   */
  async #sweep(draft: string): Promise<void> {
    const [empty, layout] = [join(draft, 'empty'), join(draft, 'layout-of-empty')]
    mkdirSync(empty)
    await writeFolderImage(empty, layout, {})
    const target = `localhost/fairlead:sweep-${randomBytes(6).toString('hex')}`
    await ended(this.#spawn(['copy', `oci:${layout}`, this.#stored(target)], draft))
    await ended(this.#spawn(['delete', this.#stored(target)], draft))
  }
}

const kill = (child: ChildProcess): void => {
  try {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

/** Its end, and what it said is wrong. */
const ended = (child: ChildProcess): Promise<{ readonly status: number; readonly words: string }> =>
  new Promise((resolve, reject) => {
    const said: Buffer[] = []
    const stream = child.stderr as Readable
    stream.on('data', (chunk: Buffer) => {
      // Of endless words the last ones tell.
      said.push(chunk)
      if (said.length > 64) said.splice(0, 32)
    })
    child.once('error', reject)
    const tell = (status: number) => resolve({ status, words: wordsOf(Buffer.concat(said).toString('utf8')) })
    child.once('exit', (code) => {
      // Whatever it has left behind may hold its output open.
      const late = setTimeout(() => tell(code ?? 1), END_MS)
      child.once('close', () => {
        clearTimeout(late)
        tell(code ?? 1)
      })
    })
  })
