import { mkdirSync } from 'node:fs'
import { backoff } from '#clock/clock.ts'
import type { KubeletContext } from '../../context.ts'
import { writeEtcFiles } from '../../etc/pod-etc-files.ts'
import { hasProcesses, knownHandler } from '../../handler/pod-handler.ts'
import { errorText } from '../../kubelet-error.ts'
import type { PodIdentity } from '../../pod-network.ts'
import type { PodEntry } from '../pod-entry.ts'
import { podWishes } from './pod-wishes.ts'
import { holdProcesses } from './process-holder.ts'

const FIRST_MS = 50
const MOST_MS = 30_000

/** `reason` and `text` are those of Kubernetes' Event. */
interface SandboxFailure {
  readonly reason: 'FailedMount' | 'FailedCreatePodSandBox' | 'NetworkNotReady'
  readonly text: string
  readonly error: unknown
}

const failedMount = (error: unknown): SandboxFailure => ({
  reason: 'FailedMount',
  text: `MountVolume.SetUp failed: ${errorText(error)}`,
  error,
})

const failedSandbox = (error: unknown): SandboxFailure => ({
  reason: 'FailedCreatePodSandBox',
  text: `Failed to create pod sandbox: ${errorText(error)}`,
  error,
})

/** A network that others look after is not there yet: nothing is tried meanwhile. */
const networkNotReady = (why: string): SandboxFailure => ({
  reason: 'NetworkNotReady',
  text: `network is not ready: ${why}`,
  error: undefined,
})

/** Makes the namespaces and mounts the volumes, both at once, then writes the files of /etc. Never rejects. */
const makeSandbox = async (
  context: KubeletContext,
  entry: PodEntry,
  options: Parameters<typeof holdProcesses>[3],
): Promise<SandboxFailure | undefined> => {
  const { namespace = '', name = '' } = entry.pod.metadata ?? {}
  const { uid, hostname } = entry
  const hostNetwork = entry.pod.spec?.hostNetwork === true
  const users = entry.pod.spec?.hostUsers === false && { ownUsers: true }
  const foreign = hostNetwork ? undefined : context.network.foreign
  const unready = foreign?.unready()
  if (unready !== undefined && entry.sandbox === undefined) return networkNotReady(unready)
  let wishes: Pick<PodIdentity, 'wishes'> = {}
  try {
    entry.handler = knownHandler(context, entry.pod, entry.handler)
    if (foreign) wishes = { wishes: podWishes(entry.pod, context.dns) }
  } catch (error) {
    return failedSandbox(error)
  }
  const isRead = hasProcesses(entry.handler)
  try {
    mkdirSync(entry.dir, { recursive: true, mode: 0o700 })
    const attach = async (): Promise<void> => {
      const attachment = await context.network.attach({
        uid,
        namespace,
        name,
        hostname,
        hostNetwork,
        ...users,
        ...wishes,
      })
      for (const what of attachment.unmet ?? []) context.record(entry.pod, 'Warning', 'Unsupported', what)
      if (isRead && !options.signal.aborted) await holdProcesses(context, entry, attachment, options)
      entry.sandbox = attachment
    }
    const [sandbox, volumes] = await Promise.allSettled([
      attach(),
      isRead ? entry.volumes.mount(entry.facts) : undefined,
    ])
    if (sandbox.status === 'rejected') return failedSandbox(sandbox.reason)
    if (volumes.status === 'rejected') return failedMount(volumes.reason)
    if (isRead) writeEtcFiles(context, entry.pod, entry.dir, entry.facts.podIPs)
    return undefined
  } catch (error) {
    return failedMount(error)
  }
}

interface SandboxListener {
  /** False: the pod has ended meanwhile; nothing is told and nothing tried any more. */
  readonly wanted: () => boolean
  readonly ready: () => void
  /** What happens to what has this id is to be told to the pod. */
  readonly own: (id: string) => void
  /** A try came to nothing; the next is due after a back-off. */
  readonly failed: () => void
}

/** Makes one pod's sandbox there, again with back-off until it is. */
export class PodSandbox {
  readonly #context: KubeletContext
  readonly #entry: PodEntry
  readonly #listener: SandboxListener
  readonly #over = new AbortController()
  #making = Promise.resolve()
  #failures = 0
  #cancelRetry: (() => void) | undefined

  constructor(context: KubeletContext, entry: PodEntry, listener: SandboxListener) {
    this.#context = context
    this.#entry = entry
    this.#listener = listener
    entry.hurrySandbox = () => this.hurry()
    entry.leaveSandbox = (isForGood) => this.#leave(isForGood)
  }

  make(): Promise<void> {
    this.#making = this.#make()
    return this.#making
  }

  async #leave(isForGood: boolean): Promise<void> {
    this.stop()
    if (isForGood) {
      this.#over.abort(new Error('the pod has ended'))
      this.#entry.volumes.giveUp()
    }
    await this.#making
  }

  async #make(): Promise<void> {
    const { own } = this.#listener
    const failure = await makeSandbox(this.#context, this.#entry, { own, signal: this.#over.signal })
    if (!this.#listener.wanted()) return
    if (failure === undefined) {
      this.#listener.ready()
      return
    }
    const { pod } = this.#entry
    const wait = backoff(this.#failures++, FIRST_MS, MOST_MS, Math.random)
    // While a cluster boots a pod may come a moment before its token or its ConfigMap: that is not worth a Warning.
    if (this.#failures > 2) {
      this.#context.record(pod, 'Warning', failure.reason, failure.text)
      // Of a network that is not there the node itself tells.
      if (failure.error !== undefined)
        this.#context.log(`pod ${pod.metadata?.namespace}/${pod.metadata?.name}`, failure.error)
    }
    this.#cancelRetry = this.#context.clock.after(wait, () => {
      this.#cancelRetry = undefined
      if (this.#listener.wanted()) void this.make()
    })
    this.#listener.failed()
  }

  /** What it waited for may be there now: it is tried at once, if no try is under way. */
  hurry(): void {
    if (this.#cancelRetry === undefined) return
    this.stop()
    void this.make()
  }

  stop(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
  }
}
