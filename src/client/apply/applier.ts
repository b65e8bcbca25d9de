import { type Clock, sleep } from '#clock/clock.ts'
import { ApiError } from '../client.ts'
import type { Send } from '../http-client.ts'
import { objectReadiness, type WaitedObject } from './object-readiness.ts'

/** An object as a manifest has it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

/** Kinds and namespaces that come with other manifests, and accounts of namespaces that are new, take a moment. */
const PATIENCE_MS = 10_000
const RETRY_MS = 100
/** What may be otherwise a moment later: not there yet, refused so far, too much at once. */
const FOR_NOW: ReadonlySet<number> = new Set([403, 404, 409, 429, 500, 503])

interface DiscoveredResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

interface ApplierOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Who is told to own what is applied. */
  readonly fieldManager: string
}

/** Applies objects of any kind that a server serves, by server-side apply, and waits until they are ready. */
export class Applier {
  readonly #send: Send
  readonly #options: ApplierOptions
  readonly #served = new Map<string, readonly DiscoveredResource[]>()

  constructor(send: Send, options: ApplierOptions) {
    this.#send = send
    this.#options = options
  }

  /**
   * Makes an object, or brings one that is there to what the manifest says, whoever else owned its fields. What may only be
   * missing yet is tried again for some seconds. Rejects with an ApiError, or an error that says that nobody serves it.
   */
  async apply(manifest: Manifest): Promise<void> {
    const { clock, signal, fieldManager } = this.#options
    const until = clock.now() + PATIENCE_MS
    for (;;) {
      try {
        const path = await this.#pathOf(manifest)
        const query = new URLSearchParams({ fieldManager, force: 'true' })
        await this.#send('PATCH', `${path}?${query}`, manifest, 'application/apply-patch+yaml')
        return
      } catch (error) {
        const isForNow =
          error instanceof NotServed || (error instanceof ApiError && FOR_NOW.has(error.status.code ?? 0))
        if (!isForNow || clock.now() > until) throw error
      }
      await sleep(clock, RETRY_MS, signal)
      signal.throwIfAborted()
    }
  }

  /** Takes an object away, with what it owns. Whether it was there. Rejects with an ApiError. */
  async remove(manifest: Manifest): Promise<boolean> {
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' }
    try {
      await this.#send('DELETE', await this.#pathOf(manifest), options)
      return true
    } catch (error) {
      if (error instanceof NotServed || (error instanceof ApiError && error.status.code === 404)) return false
      throw error
    }
  }

  /** Waits until all are ready. Gives those that are not by then, and why. Rejects where the server gives no answer. */
  async wait(
    manifests: readonly Manifest[],
    milliseconds: number,
  ): Promise<readonly { readonly manifest: Manifest; readonly why: string }[]> {
    const { clock, signal } = this.#options
    const until = clock.now() + milliseconds
    let left = manifests.map((manifest) => ({ manifest, why: '' }))
    const failed: typeof left = []
    for (;;) {
      const looked = await Promise.all(
        left.map(async ({ manifest }) => ({ manifest, readiness: objectReadiness(await this.#get(manifest)) })),
      )
      left = looked.flatMap(({ manifest, readiness }) =>
        readiness.is === 'waiting' ? [{ manifest, why: readiness.why }] : [],
      )
      for (const { manifest, readiness } of looked)
        if (readiness.is === 'failed') failed.push({ manifest, why: readiness.why })
      if (left.length === 0 || failed.length > 0 || clock.now() >= until) return [...failed, ...left]
      await sleep(clock, RETRY_MS, signal)
      signal.throwIfAborted()
    }
  }

  async #get(manifest: Manifest): Promise<WaitedObject> {
    return (await this.#send('GET', await this.#pathOf(manifest))) as WaitedObject
  }

  async #pathOf({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const find = (): DiscoveredResource | undefined =>
      this.#served.get(root)?.find((one) => one.kind === kind && !one.name.includes('/'))
    // What is not known may have come since: each definition brings kinds.
    if (find() === undefined) this.#served.set(root, await this.#discover(root))
    const resource = find()
    if (resource === undefined) throw new NotServed(`nobody serves ${kind} of ${apiVersion}`)
    const namespace = resource.namespaced ? `/namespaces/${encodeURIComponent(metadata.namespace ?? 'default')}` : ''
    return `${root}${namespace}/${resource.name}/${encodeURIComponent(metadata.name)}`
  }

  async #discover(root: string): Promise<readonly DiscoveredResource[]> {
    try {
      const { resources } = (await this.#send('GET', root)) as { readonly resources?: readonly DiscoveredResource[] }
      return resources ?? []
    } catch (error) {
      if (error instanceof ApiError && error.status.code === 404) return []
      throw error
    }
  }
}

/** No such kind, at least not yet. */
class NotServed extends Error {}
