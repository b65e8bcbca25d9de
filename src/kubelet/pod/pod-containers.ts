import type { EphemeralContainer } from '#api/core/pod/spec/container.ts'
import { policyOf } from '#api/core/pod/spec/restart.ts'
import type { ContainerState } from '#runtime/runtime.ts'
import { type ContainerEntry, planInput } from '../container/container-entry.ts'
import { containerHash } from '../container/container-id.ts'
import { pruneAttempts } from '../container/files/container-files.ts'
import { noteExit, noteUntold } from '../container/life/container-exit.ts'
import { startProbers, stopProbers } from '../container/life/container-probers.ts'
import { startContainer } from '../container/life/container-starter.ts'
import { hurryStop, stopContainer } from '../container/life/container-stopper.ts'
import { stopInOrder } from '../container/life/stop-order.ts'
import { planContainers } from '../container/plan/container-plan.ts'
import type { KubeletContext } from '../context.ts'
import { hasProcesses } from '../handler/pod-handler.ts'
import type { PodEntry } from './pod-entry.ts'
import { holdUnsupported, tellBackOff } from './pod-events.ts'
import { PodResizer, type ResizeTrouble } from './pod-resizer.ts'
import { beginAgain, goOnAgain } from './restart/begin-again.ts'
import { restartAll, whoAsksForAll } from './restart/restart-all.ts'

interface ContainersListener {
  /** A start or a stop is through: what comes next is to be planned. */
  readonly settled: () => void
  /** Nothing is to be planned, but the status shows it: a probe's verdict, the reason of a back-off. */
  readonly shown: () => void
  /** This container's exit is to be told here. */
  readonly own: (id: string) => void
  /** Whether containers that run are probed now. */
  readonly probing: () => boolean
}

/** What is left to do for the caller after the containers have been brought forward. */
interface ContainersOutlook {
  /** The pod has run its course. */
  readonly finished: boolean
  /** A back-off ends then (milliseconds): the time to look again. */
  readonly wakeAt?: number
}

/** The containers of one pod: starts, probes and stops them, each without waiting for it, and notes their exits. */
export class PodContainers {
  readonly #context: KubeletContext
  readonly #pod: PodEntry
  readonly #signal: AbortSignal
  /** Ends the starts that are under way, and no others. */
  #starts = new AbortController()
  readonly #listener: ContainersListener
  readonly #resizer: PodResizer
  #restartingAll = false
  /** When all of it is to have ended (milliseconds); 0: at once. */
  #end = Number.POSITIVE_INFINITY

  /** `signal`: starts that are under way go no further. */
  constructor(context: KubeletContext, pod: PodEntry, signal: AbortSignal, listener: ContainersListener) {
    this.#context = context
    this.#pod = pod
    this.#signal = signal
    this.#listener = listener
    this.#resizer = new PodResizer(context, pod, listener.shown)
  }

  /** Why the pod does not have what it wants of processor and memory. */
  get resizeTrouble(): ResizeTrouble | undefined {
    return this.#resizer.trouble
  }

  /** One's end has asked for all to be made anew, and the others are being ended for it. */
  get restartingAll(): boolean {
    return this.#restartingAll
  }

  /** Some of it is on the node already, running or ended. */
  get hasAny(): boolean {
    return [...this.#pod.containers.values()].some(({ id }) => id !== undefined)
  }

  /** Some of it has run, here or before all that was here went. */
  get hasRun(): boolean {
    return [...this.#pod.containers.values()].some(({ phase }) => phase.phase !== 'waiting')
  }

  /** Nothing of it will run any more. */
  get isOver(): boolean {
    return this.hasRun && this.#plan().finished
  }

  /** Before the network is there: images that are built in are made with it. An error is told where a container starts. */
  lookForImages(): void {
    if (!hasProcesses(this.#pod.handler)) return
    for (const { container } of this.#pod.containers.values())
      this.#context.runtime.imageStatus(container.image ?? '').catch(() => {})
  }

  /** Starts what is due by the plan, and stops what no longer is what it was started as. */
  advance(): ContainersOutlook {
    const { containers } = this.#pod
    if (this.#restartingAll) return { finished: false }
    const asking = whoAsksForAll(this.#pod)
    if (asking !== undefined) {
      void this.#restartAll(asking)
      return { finished: false }
    }
    const plan = this.#plan()
    for (const entry of containers.values()) {
      const until = plan.backOff.get(entry.container.name)
      if (until !== undefined && entry.backOffUntil !== until) {
        tellBackOff(this.#context, this.#pod, entry, this.#listener.shown)
      }
      entry.backOffUntil = until
    }
    for (const name of plan.start) this.#start(containers.get(name)!)
    for (const entry of containers.values()) {
      if (!entry.busy && entry.phase.phase === 'running' && entry.hash !== containerHash(entry.container)) {
        this.#restart(entry, `Container ${entry.container.name} definition changed, will be restarted`)
      }
    }
    for (const entry of this.#resizer.advance())
      this.#restart(entry, `Container ${entry.container.name} resize requires restart`)
    const { finished, backOff } = plan
    const ends = [...backOff.values()].filter(Number.isFinite)
    return { finished, ...(ends.length > 0 && { wakeAt: Math.min(...ends) }) }
  }

  #plan() {
    const { pod, containers } = this.#pod
    const inputs = new Map([...containers].map(([name, entry]) => [name, planInput(entry)]))
    return planContainers(pod.spec ?? { containers: [] }, inputs, this.#context.clock.now())
  }

  /** Where an earlier process of ours ended while the pod began again, that goes on. */
  goOn(): void {
    goOnAgain(this.#pod.pod, [...this.#pod.containers.values()])
  }

  /** All that is to run goes again, in another sandbox; what ran in the one before has ended. */
  beginAgain(): void {
    this.#end = Number.POSITIVE_INFINITY
    beginAgain(this.#pod.pod, [...this.#pod.containers.values()])
  }

  async #restartAll(asking: ContainerEntry): Promise<void> {
    this.#restartingAll = true
    this.#listener.shown()
    await restartAll(this.#context, this.#pod, asking, {
      hurry: () => {
        this.cutStarts()
        this.#hurryStops(0)
      },
      settled: () => this.settle(),
      isEnding: () => this.#signal.aborted,
    })
    this.#restartingAll = false
    this.#listener.settled()
  }

  /** Probes whatever runs already, where it was adopted. */
  probeRunning(): void {
    for (const entry of this.#pod.containers.values()) if (entry.phase.phase === 'running') this.#probe(entry)
  }

  /** Ends the probers, but for readiness where it is to be kept. */
  stopProbers(keep?: 'readiness'): void {
    for (const entry of this.#pod.containers.values()) stopProbers(entry, keep)
  }

  /** False where no container of this pod has that id. */
  exited(id: string, state: ContainerState): boolean {
    const entry = [...this.#pod.containers.values()].find((candidate) => candidate.id === id)
    if (entry === undefined || state.state !== 'exited') return false
    noteExit(this.#context, this.#pod, entry, state)
    return true
  }

  /** Starts that are under way go no further, say those that wait for an image: where they began is gone. */
  cutStarts(): void {
    this.#starts.abort(new Error('the pod begins again'))
    this.#starts = new AbortController()
  }

  /** Waits for the starts and stops that are under way. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#pod.containers.values()].map(({ work }) => work))
  }

  /**
   * Stops everything within `graceSeconds`, what is being stopped already too. None is asked any more whether it lives; an
   * endpoint that is terminating may go on serving. Never rejects.
   */
  async stopAll(graceSeconds: number): Promise<void> {
    this.stopProbers('readiness')
    this.hurry(graceSeconds)
    const stop = async (entry: ContainerEntry): Promise<void> => {
      // What is being made anew ends as soon as it is there.
      await Promise.allSettled([entry.work])
      const left = this.#end === 0 ? 0 : Math.max(1, Math.ceil((this.#end - this.#context.clock.now()) / 1000))
      await this.#stopAndNote(entry, left, `Stopping container ${entry.container.name}`)
    }
    const entries = [...this.#pod.containers.values()]
    for (const entry of entries) delete entry.again
    await stopInOrder(entries, stop)
  }

  /** What is being stopped, and what is to be stopped yet, gets no more than `graceSeconds` from now. */
  hurry(graceSeconds: number): void {
    this.#end = Math.min(this.#end, graceSeconds === 0 ? 0 : this.#context.clock.now() + graceSeconds * 1000)
    this.#hurryStops(graceSeconds)
  }

  #hurryStops(graceSeconds: number): void {
    for (const entry of this.#pod.containers.values()) hurryStop(this.#context, entry, graceSeconds)
  }

  #start(entry: ContainerEntry): void {
    const { pod, dir, logDir, sandbox, volumes, facts, hostname, handler } = this.#pod
    if (sandbox === undefined) return
    if (entry.role === 'ephemeral' && holdUnsupported(this.#context, this.#pod, entry)) return
    const { attempt } = entry
    entry.busy = true
    entry.backOffUntil = undefined
    entry.hash = containerHash(entry.container)
    const place = {
      pod,
      podDir: dir,
      logDir,
      sandbox: { ...sandbox, addresses: facts.podIPs },
      volumes,
      facts,
      hostname,
      handler,
      signal: AbortSignal.any([this.#signal, this.#starts.signal]),
      ...this.#processes(entry),
      own: this.#listener.own,
    }
    this.#track(entry, startContainer(this.#context, place, entry), () => {
      if (entry.attempt !== attempt) {
        delete entry.again
        delete entry.anew
      }
      if (entry.phase.phase === 'running' && this.#listener.probing()) this.#probe(entry)
      pruneAttempts(this.#context, { dir, logDir }, entry.container.name, entry.attempt)
    })
  }

  /** All of the pod may see what all of it runs; else who looks for a fault what another container does. */
  #processes({ container }: ContainerEntry): { readonly processesOf?: string } {
    const { holder } = this.#pod
    if (holder !== undefined) return { processesOf: holder }
    const { targetContainerName = '' } = container as EphemeralContainer
    const id = this.#pod.containers.get(targetContainerName)?.id
    return id === undefined ? {} : { processesOf: id }
  }

  /** Without probes a container is started and ready at once. */
  #probe(entry: ContainerEntry): void {
    startProbers(this.#context, this.#pod.pod, entry, this.#pod.address, {
      changed: this.#listener.shown,
      failed: (message, graceSeconds) => {
        const isNever = policyOf(this.#pod.pod.spec!, entry.container) === 'Never'
        if (isNever) this.#stop(entry, message, graceSeconds)
        else this.#restart(entry, message, graceSeconds)
      },
    })
  }

  /** Stops one container that runs, to start it again whatever its policy says of its exit. */
  #restart(entry: ContainerEntry, message: string, graceSeconds?: number): void {
    if (entry.busy || entry.phase.phase !== 'running') return
    entry.again = true
    this.#stop(entry, message, graceSeconds)
  }

  /** Stops one container that runs; what becomes of it, its exit decides. */
  #stop(entry: ContainerEntry, message: string, graceSeconds?: number): void {
    if (entry.busy || entry.phase.phase !== 'running') return
    entry.busy = true
    stopProbers(entry)
    const grace = graceSeconds ?? this.#pod.pod.spec?.terminationGracePeriodSeconds ?? 30
    this.#track(entry, this.#stopAndNote(entry, grace, message))
  }

  #track(entry: ContainerEntry, work: Promise<void>, after?: () => void): void {
    const tracked = work.finally(() => {
      entry.busy = false
      delete entry.work
      after?.()
      this.#listener.settled()
    })
    entry.work = tracked
  }

  async #stopAndNote(entry: ContainerEntry, graceSeconds: number, message: string): Promise<void> {
    try {
      await stopContainer(this.#context, this.#pod.pod, entry, this.#pod.address, graceSeconds, message)
      await noteUntold(this.#context, this.#pod, entry)
    } catch (error) {
      this.#context.log(`container ${entry.id}: cannot be stopped`, error)
    }
  }
}
