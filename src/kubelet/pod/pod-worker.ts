import type { Pod } from '#api/core/pod/message.ts'
import { timeText } from '#api/time-text.ts'
import { isTerminalPhase, podAddresses } from '#objects/pod.ts'
import type { ContainerState } from '#runtime/runtime.ts'
import type { KubeletContext } from '../context.ts'
import type { Attachment } from '../pod-network.ts'
import { PodPublisher } from '../status/pod-publisher.ts'
import { adoptContainers, type FoundContainer } from './container-adoption.ts'
import { EndOfTurn } from './end-of-turn.ts'
import { type Ended, EVICTION_GRACE_SECONDS, endedBefore, reject } from './pod-admission.ts'
import { PodContainers } from './pod-containers.ts'
import { PodDeadline } from './pod-deadline.ts'
import { PodEntry, type Stage } from './pod-entry.ts'
import { holdRefused, holdRefusedLate, tellUnsupported } from './pod-events.ts'
import { watchReferences } from './pod-references.ts'
import { deletePodObject, freePod, removePodFolders } from './pod-teardown.ts'
import { PodSandbox } from './sandbox/pod-sandbox.ts'
import { afterHolder } from './sandbox/process-holder.ts'
import { lacksSandbox, leaveSandbox } from './sandbox/sandbox-renewal.ts'
import { VolumeRefresher } from './volume-refresher.ts'

interface WorkerOwner {
  /** A container's exit is to be told to this worker. */
  readonly own: (id: string, worker: PodWorker) => void
  /** The pod is gone, from the machine and from the API. */
  readonly done: (worker: PodWorker) => void
}

/**
 * Takes one pod through its stages. Every event (a new version of the pod, an exit, a probe, a timer) ends in `#sync`,
 * which is synchronous: it brings the containers forward without waiting for them, and publishes the status. So nothing
 * of one pod happens twice at once, and no lock is needed.
 */
export class PodWorker {
  readonly entry: PodEntry
  readonly #context: KubeletContext
  readonly #owner: WorkerOwner
  readonly #containers: PodContainers
  readonly #sandbox: PodSandbox
  readonly #refresher: VolumeRefresher
  readonly #publisher: PodPublisher
  readonly #abort = new AbortController()
  readonly #told = new Set<string>()
  readonly #startTime: string
  #stage: Stage = 'new'
  readonly #endOfTurn = new EndOfTurn(
    () => this.#sync(),
    () => this.#publish(),
  )
  #ended: Ended | undefined
  /** Nothing of it is on the node any more. */
  #isFree = false
  /** The API object is gone. */
  #removed = false
  #unwatch: (() => void) | undefined
  #backOff: (() => void) | undefined
  readonly #deadline: PodDeadline

  constructor(context: KubeletContext, owner: WorkerOwner, pod: Pod) {
    const entry = new PodEntry(context, pod)
    this.entry = entry
    this.#context = context
    this.#owner = owner
    this.#containers = new PodContainers(context, entry, this.#abort.signal, {
      settled: () => this.#endOfTurn.sync(),
      shown: () => this.#endOfTurn.publish(),
      own: (id) => owner.own(id, this),
      probing: () => this.#stage === 'ready',
    })
    this.#sandbox = new PodSandbox(context, entry, {
      wanted: () => this.#stage === 'preparing',
      ready: () => this.#run(),
      own: (id) => owner.own(id, this),
      failed: () => this.#publish(),
    })
    this.#refresher = new VolumeRefresher(context, entry, () => this.#stage === 'ready')
    this.#publisher = new PodPublisher(context)
    this.#startTime = pod.status?.startTime ?? timeText(context.clock.now())
    this.#deadline = new PodDeadline(context.clock, Date.parse(this.#startTime), (ended) => this.#end('Normal', ended))
    this.#ended = endedBefore(pod)
  }

  /** Takes over what an earlier process of ours left running; to be called before `start`. */
  adopt(found: readonly FoundContainer[], sandbox?: Attachment): void {
    this.entry.sandbox = sandbox
    adoptContainers(this.#context, this.entry, found, (id) => this.#owner.own(id, this))
    this.#containers.goOn()
  }

  start(): void {
    this.#watchDeadline()
    this.#sync()
  }

  update(pod: Pod): void {
    const [before, after] = [this.entry.pod, pod].map(({ metadata }) => metadata?.deletionGracePeriodSeconds)
    this.entry.update(pod)
    // Deleted again with less patience: the stop that is under way is made shorter.
    if (this.#stage === 'terminating' && before !== undefined && after !== undefined && after < before) {
      this.#containers.hurry(after)
    }
    // One of the few fields that may change in a running pod.
    this.#watchDeadline()
    this.#refresher.refresh()
    if (this.#stage !== 'new') tellUnsupported(this.#context, this.entry, this.#told, true)
    this.#sync()
  }

  /** The API object is gone: everything ends at once, nothing is written any more. */
  remove(): void {
    if (this.#removed) return
    this.#removed = true
    // Nobody waits for a status that can no longer be written: another pod may have its name.
    this.#context.statuses.forget(this.entry.uid)
    if (this.#stage === 'terminating') this.#containers.hurry(0)
    this.#sync()
  }

  exited(id: string, state: ContainerState): void {
    if (id === this.entry.holder) {
      // With what holds the process namespace all that is in it has died.
      this.entry.holder = undefined
      if (this.#stage === 'ready' || this.#stage === 'preparing') void this.#renew()
    } else if (this.#containers.exited(id, state)) afterHolder(this.#context, this.entry, () => this.#sync())
  }

  /** It takes more of the node's disk than it may. */
  evict(message: string, options: { readonly isDisruption?: boolean } = {}): void {
    if (this.#stage === 'ready')
      this.#end('Warning', { reason: 'Evicted', message, ...options }, EVICTION_GRACE_SECONDS)
  }

  /** What it asks for of the node is its own, or will be. */
  get holdsRoom(): boolean {
    return !this.#removed && !this.#isFree
  }

  /** Another pod has left: what waited for room may have it now. */
  roomFreed(): void {
    if (this.#containers.resizeTrouble?.reason === 'Deferred') this.#endOfTurn.sync()
  }

  /** Leaves everything running, for the next process of ours. */
  detach(): void {
    this.#stage = 'gone'
    this.#abort.abort(new Error('the kubelet stops'))
    this.#stopWork()
  }

  #sync(): void {
    if (this.#stage === 'gone') return
    const { metadata, status } = this.entry.pod
    if (this.#stage !== 'terminating' && (this.#removed || metadata?.deletionTimestamp)) {
      void this.#terminate()
      return
    }
    switch (this.#stage) {
      case 'new':
        if (isTerminalPhase(status?.phase)) void this.#finish()
        else if (lacksSandbox(this.entry) && this.#containers.hasRun) void this.#renew()
        else this.#prepare()
        break
      case 'ready':
        this.#advance()
        break
    }
    this.#publish()
  }

  async #renew(): Promise<void> {
    this.#stage = 'renewing'
    this.#stopTimers()
    const isWanted = () => (this.#stage as Stage) === 'renewing'
    const left = await leaveSandbox(this.#context, this.entry, this.#containers, isWanted)
    if (left === 'over') void this.#finish()
    if (left !== 'anew') return
    this.#prepare()
    this.#publish()
  }

  /** Rejects what the node may not have, refuses what we cannot do; else network, volumes and images, all at once. */
  #prepare(): void {
    // An adopted pod has been told already, and was let in.
    const isNew = this.entry.sandbox === undefined
    if (isNew && !this.#containers.hasAny) this.#ended = reject(this.#context, this.entry.pod)
    if (this.#ended !== undefined) return void this.#finish()
    this.#stage = holdRefused(this.#context, this.entry, this.#told, isNew) ? 'refused' : 'preparing'
    if (this.#stage === 'refused') return
    this.#unwatch?.()
    this.#unwatch = watchReferences(this.#context, this.entry.pod, () => this.#referenceChanged())
    this.#containers.lookForImages()
    void this.#sandbox.make()
  }

  /** What a ConfigMap or Secret changes is seen at once: files are written anew, and what waited for it goes on. */
  #referenceChanged(): void {
    if (this.#stage === 'preparing') this.#sandbox.hurry()
    if (this.#stage !== 'ready') return
    this.#refresher.refresh()
    for (const entry of this.entry.containers.values()) {
      if (entry.hold?.reason === 'CreateContainerConfigError') entry.notBefore = undefined
    }
    this.#sync()
  }

  #run(): void {
    this.#stage = holdRefusedLate(this.#context, this.entry, this.#told, true) ? 'refused' : 'ready'
    this.#refresher.schedule()
    this.#containers.probeRunning()
    this.#sync()
  }

  #advance(): void {
    const { clock } = this.#context
    const { finished, wakeAt } = this.#containers.advance()
    this.#backOff?.()
    if (wakeAt !== undefined) this.#backOff = clock.after(wakeAt - clock.now(), () => this.#sync())
    if (finished) void this.#finish()
  }

  #watchDeadline(): void {
    if (!this.#isOver()) this.#deadline.watch(this.entry.pod.spec?.activeDeadlineSeconds)
  }

  #isOver(): boolean {
    return this.#stage === 'terminating' || this.#stage === 'gone' || this.#stage === 'finished'
  }

  #end(type: 'Normal' | 'Warning', ended: Ended, graceSeconds?: number): void {
    if (this.#isOver()) return
    this.#ended = ended
    this.#context.record(this.entry.pod, type, ended.reason, ended.message)
    void this.#finish(graceSeconds)
  }

  /** The pod has run its course: sidecars end, network and disk are freed; status and logs stay until it is deleted. */
  async #finish(graceSeconds = this.entry.pod.spec?.terminationGracePeriodSeconds ?? 30): Promise<void> {
    if (this.#stage === 'finished') return
    this.#stage = 'finished'
    this.#isFree = true
    this.#abort.abort(new Error('the pod has ended'))
    this.#publish()
    await this.#containers.stopAll(graceSeconds)
    this.#stopWork()
    if ((this.#stage as Stage) !== 'finished') return
    await freePod(this.#context, this.entry)
    this.#publish()
  }

  async #terminate(): Promise<void> {
    this.#stage = 'terminating'
    const { deletionGracePeriodSeconds } = this.entry.pod.metadata ?? {}
    const patience = deletionGracePeriodSeconds ?? this.entry.pod.spec?.terminationGracePeriodSeconds ?? 30
    this.#abort.abort(new Error('the pod is being deleted'))
    this.#stopTimers()
    await this.#containers.stopAll(this.#removed ? 0 : patience)
    this.#stopWork()
    this.#publish()
    const flushed = this.#removed ? undefined : this.#context.statuses.flush(this.entry.uid)
    await Promise.all([freePod(this.#context, this.entry), flushed])
    // Before the API tells that it has gone: another may be sent here for the room that it had.
    this.#isFree = true
    await deletePodObject(this.#context, this.entry.pod, () => !this.#removed && (this.#stage as Stage) !== 'gone')
    if ((this.#stage as Stage) === 'gone') return
    this.#stage = 'gone'
    this.#context.statuses.forget(this.entry.uid)
    void removePodFolders(this.#context, this.entry)
    this.#owner.done(this)
  }

  #stopTimers(): void {
    this.#backOff?.()
    this.#sandbox.stop()
    this.#refresher.stop()
  }

  #stopWork(): void {
    this.#stopTimers()
    this.#deadline.stop()
    this.#containers.stopProbers()
    this.#unwatch?.()
  }

  #publish(): void {
    if (this.#stage === 'gone' || this.#removed) return
    const { pod, sandbox, facts, containers } = this.entry
    this.#publisher.publish(pod, containers, {
      sandboxReady: sandbox !== undefined && (this.#stage === 'preparing' || this.#stage === 'ready'),
      podIPs: sandbox === undefined ? podAddresses(pod) : facts.podIPs,
      startTime: this.#startTime,
      terminating: this.#stage === 'terminating',
      restartingAll: this.#containers.restartingAll,
      ...(this.#containers.resizeTrouble && { resizeTrouble: this.#containers.resizeTrouble }),
      ...(this.#ended && { ended: this.#ended }),
    })
  }
}
