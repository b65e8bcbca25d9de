import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod } from '#api/core-v1.ts'
import { backoff } from '#client/clock.ts'
import type { ContainerRecord, ContainerState } from '#runtime/runtime.ts'
import { BACKOFF_FIRST, BACKOFF_MAX } from './backoff.ts'
import { type ContainerEntry, exitedPhase, makeEntries, planInput } from './container-entry.ts'
import { type ContainerLabels, containerHash } from './container-id.ts'
import { planContainers } from './container-plan.ts'
import { logPath, messagePath, pruneLogs, type StartPlace, startContainer } from './container-starter.ts'
import { stopContainer } from './container-stopper.ts'
import type { KubeletContext } from './context.ts'
import type { NodeFacts } from './field-ref.ts'
import { errorText } from './kubelet-error.ts'
import { writeEtcFiles } from './pod-etc-files.ts'
import { kernelHostname } from './pod-hostname.ts'
import type { Attachment } from './pod-network.ts'
import { startProbers } from './pod-probers.ts'
import { fullPodName, PodPublisher } from './pod-publisher.ts'
import { podReferences } from './pod-references.ts'
import { deletePodObject, freePod } from './pod-teardown.ts'
import { PodVolumes } from './pod-volumes.ts'
import { terminationMessage } from './termination-message.ts'
import { timeText } from './time-text.ts'
import { type Unsupported, unsupported } from './unsupported.ts'

/** `refused`: nothing of it will run. `finished`: everything has ended, only its status and logs are left. */
type Stage = 'new' | 'preparing' | 'ready' | 'refused' | 'finished' | 'terminating' | 'gone'

export interface WorkerOwner {
  /** A container's exit is to be told to this worker. */
  readonly own: (id: string, worker: PodWorker) => void
  /** The pod is gone, from the machine and from the API. */
  readonly done: (worker: PodWorker) => void
}

/**
 * Runs one pod. Every event (a new version of the pod, an exit, a probe, a timer) ends in `#sync`, which is synchronous: it plans from the
 * entries, starts what is due without waiting for it, and publishes the status. So nothing of one pod happens twice at once, and no lock is needed.
 */
export class PodWorker {
  readonly uid: string
  readonly #context: KubeletContext
  readonly #owner: WorkerOwner
  readonly #podDir: string
  readonly #volumes: PodVolumes
  readonly #abort = new AbortController()
  readonly #starts = new Set<Promise<void>>()
  #pod: Pod
  #entries: Map<string, ContainerEntry>
  #stage: Stage = 'new'
  #sandbox: Attachment | undefined
  #startTime: string
  #ended: { readonly reason: string; readonly message: string } | undefined
  #removed = false
  readonly #publisher: PodPublisher
  #unwatch: (() => void)[] = []
  readonly #told = new Set<string>()
  #failures = 0
  #timers: { retry?: () => void; refresh?: () => void; deadline?: () => void } = {}

  constructor(context: KubeletContext, owner: WorkerOwner, pod: Pod) {
    this.uid = pod.metadata?.uid ?? ''
    this.#context = context
    this.#owner = owner
    this.#pod = pod
    this.#podDir = join(context.stateDir, 'pods', this.uid)
    this.#publisher = new PodPublisher(context)
    this.#volumes = new PodVolumes(context, pod, this.#podDir)
    this.#entries = makeEntries(pod)
    this.#startTime = pod.status?.startTime ?? timeText(context.clock.now())
    const { phase, reason = '', message = '' } = pod.status ?? {}
    if (phase === 'Failed' && reason !== '') this.#ended = { reason, message }
  }

  get pod(): Pod {
    return this.#pod
  }
  get sandbox(): Attachment | undefined {
    return this.#sandbox
  }
  get entries(): ReadonlyMap<string, ContainerEntry> {
    return this.#entries
  }
  get logDir(): string {
    const { namespace, name } = this.#pod.metadata ?? {}
    return join(this.#context.stateDir, 'logs', `${namespace}_${name}_${this.uid}`)
  }

  /** Takes over what an earlier process of ours left running; to be called before `start`. */
  adopt(
    found: readonly { readonly record: ContainerRecord; readonly labels: ContainerLabels }[],
    sandbox?: Attachment,
  ): void {
    this.#sandbox = sandbox
    const newest = [...found].sort((a, b) => a.labels.attempt - b.labels.attempt)
    for (const { record, labels } of newest) {
      const entry = this.#entries.get(labels.container)
      if (entry === undefined || record.status.state === 'created') {
        void this.#discard(record.id)
        continue
      }
      if (entry.id !== undefined) void this.#discard(entry.id)
      entry.id = record.id
      entry.attempt = labels.attempt
      entry.hash = labels.hash
      this.#owner.own(record.id, this)
      if (record.status.state === 'exited') this.#noteExit(entry, record.status)
      else {
        const known = [
          ...(this.#pod.status?.containerStatuses ?? []),
          ...(this.#pod.status?.initContainerStatuses ?? []),
        ].find(({ name }) => name === labels.container)
        entry.phase = { phase: 'running', startedAt: `${record.status.startedAt.slice(0, 19)}Z` }
        entry.started = known?.started === true || entry.container.startupProbe === undefined
        entry.ready = known?.ready === true
        entry.imageID = known?.imageID ?? ''
      }
    }
  }

  start(): void {
    const deadline = this.#pod.spec?.activeDeadlineSeconds
    if (deadline !== undefined) {
      const left = Date.parse(this.#startTime) + deadline * 1000 - this.#context.clock.now()
      this.#timers.deadline = this.#context.clock.after(left, () => this.#pastDeadline())
    }
    this.#sync()
  }

  update(pod: Pod): void {
    const { deletionGracePeriodSeconds: before } = this.#pod.metadata ?? {}
    const { deletionGracePeriodSeconds: after } = pod.metadata ?? {}
    this.#pod = pod
    for (const container of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]) {
      const entry = this.#entries.get(container.name)
      if (entry !== undefined) entry.container = container
    }
    // Deleted again with less patience: the stop that is under way is made shorter.
    if (this.#stage === 'terminating' && before !== undefined && after !== undefined && after < before)
      this.#hurry(after)
    this.#refreshVolumes()
    if (this.#stage !== 'new') this.#tellUnsupported(true)
    this.#sync()
  }

  /** The API object is gone: everything ends at once, nothing is written any more. */
  remove(): void {
    if (this.#removed) return
    this.#removed = true
    if (this.#stage === 'terminating') this.#hurry(0)
    this.#sync()
  }

  exited(id: string, state: ContainerState): void {
    const entry = [...this.#entries.values()].find((candidate) => candidate.id === id)
    if (entry === undefined || state.state !== 'exited') return
    this.#noteExit(entry, state)
    this.#sync()
  }

  /** Leaves everything running, for the next process of ours. */
  detach(): void {
    if (this.#stage !== 'gone') this.#stage = 'gone'
    this.#abort.abort(new Error('the kubelet stops'))
    this.#stopWork()
  }

  #stopWork(): void {
    for (const cancel of Object.values(this.#timers)) cancel?.()
    this.#timers = {}
    for (const entry of this.#entries.values()) this.#stopProbers(entry)
    for (const end of this.#unwatch.splice(0)) end()
  }

  #stopProbers(entry: ContainerEntry, keep?: 'readiness'): void {
    for (const prober of entry.probers) if (prober.kind !== keep) prober.stop()
    entry.probers = entry.probers.filter(({ kind }) => kind === keep)
  }

  async #discard(id: string): Promise<void> {
    try {
      await this.#context.runtime.stop(id, 0)
      await this.#context.runtime.remove(id)
    } catch (error) {
      this.#context.log(`container ${id}: cannot be removed`, error)
    }
  }

  #noteExit(entry: ContainerEntry, state: Extract<ContainerState, { state: 'exited' }>): void {
    this.#stopProbers(entry)
    const { name } = entry.container
    let text = ''
    try {
      text = terminationMessage(
        entry.container,
        messagePath(this.#podDir, name, entry.attempt),
        logPath(this.logDir, name, entry.attempt),
        state.exitCode,
      )
    } catch (error) {
      this.#context.log(`container ${entry.id}: its termination message cannot be read`, error)
    }
    entry.phase = exitedPhase(entry.id ?? '', state, text)
    entry.started = false
    entry.ready = false
  }

  #facts(): NodeFacts {
    const { node, allocatable } = this.#context
    const podIPs = this.#pod.spec?.hostNetwork ? node.addresses : (this.#sandbox?.addresses ?? [])
    return { hostIPs: node.addresses, podIPs, allocatable }
  }

  #hostname(): string {
    return kernelHostname(this.#pod, this.#context.node.name, this.#context.dns.clusterDomain)
  }

  #sync(): void {
    if (this.#stage === 'gone') return
    if (this.#stage === 'terminating') {
      this.#publish()
      return
    }
    if (this.#removed || this.#pod.metadata?.deletionTimestamp) {
      this.#stage = 'terminating'
      void this.#terminate()
      return
    }
    const phase = this.#pod.status?.phase
    switch (this.#stage) {
      case 'new':
        if (phase === 'Succeeded' || phase === 'Failed') void this.#finish()
        else this.#prepare()
        break
      case 'ready':
        this.#plan()
        break
    }
    this.#publish()
  }

  /** Refuses what we cannot do; else network, volumes and images, all at once. */
  #prepare(): void {
    // An adopted pod has been told already.
    const refused = this.#tellUnsupported(this.#sandbox === undefined).filter((finding) => finding.refused)
    if (refused.length > 0) {
      this.#stage = 'refused'
      const message = refused.map(({ field, reason }) => `${field}: ${reason}`).join('; ')
      for (const entry of this.#entries.values()) entry.hold = { phase: 'waiting', reason: 'Unsupported', message }
      return
    }
    this.#stage = 'preparing'
    this.#watchReferences()
    for (const { container } of this.#entries.values()) {
      // Asked for now, so that it is there when the network is; an error comes again, and is told, where the container starts.
      this.#context.runtime.ensureImage(container.image ?? '').catch(() => {})
    }
    void this.#prepareSandbox()
  }

  #tellUnsupported(aloud: boolean): readonly Unsupported[] {
    const findings = unsupported(this.#pod)
    for (const { field, reason } of findings) {
      if (aloud && !this.#told.has(field)) {
        this.#context.record(this.#pod, 'Warning', 'Unsupported', `${field}: ${reason}`)
      }
      this.#told.add(field)
    }
    return findings
  }

  /** What a ConfigMap or Secret changes is seen at once: files are written anew, and what waited for it goes on. */
  #watchReferences(): void {
    const { configMaps, secrets } = podReferences(this.#pod)
    const namespace = this.#pod.metadata?.namespace ?? ''
    const changed = (): void => {
      if (this.#stage === 'preparing' && this.#timers.retry !== undefined) {
        this.#timers.retry()
        this.#timers.retry = undefined
        void this.#prepareSandbox()
      } else if (this.#stage === 'ready') {
        this.#refreshVolumes()
        for (const entry of this.#entries.values()) {
          if (entry.hold?.reason === 'CreateContainerConfigError') entry.notBefore = undefined
        }
        this.#sync()
      }
    }
    this.#unwatch = [
      ...[...configMaps].map((name) => this.#context.configMaps.watch(namespace, name, changed)),
      ...[...secrets].map((name) => this.#context.secrets.watch(namespace, name, changed)),
    ]
  }

  async #prepareSandbox(): Promise<void> {
    const { network, record, clock, log } = this.#context
    const { namespace = '', name = '' } = this.#pod.metadata ?? {}
    let step = 'FailedMount'
    try {
      mkdirSync(this.#podDir, { recursive: true })
      const attached = network
        .attach({
          uid: this.uid,
          namespace,
          name,
          hostname: this.#hostname(),
          hostNetwork: this.#pod.spec?.hostNetwork === true,
        })
        .catch((error: unknown) => {
          step = 'FailedCreatePodSandBox'
          throw error
        })
      const results = await Promise.allSettled([attached, this.#volumes.mount(this.#facts())])
      const failed = results.find((result) => result.status === 'rejected')
      if (results[0].status === 'fulfilled') this.#sandbox = results[0].value
      if (failed !== undefined) throw failed.reason
      writeEtcFiles(this.#context, this.#pod, this.#podDir, this.#facts().podIPs)
    } catch (error) {
      if (this.#stage !== 'preparing') return
      const text =
        step === 'FailedMount'
          ? `MountVolume.SetUp failed: ${errorText(error)}`
          : `Failed to create pod sandbox: ${errorText(error)}`
      const wait = backoff(this.#failures++, 50, 30_000, Math.random)
      // While a cluster boots a pod may come a moment before its token or its ConfigMap: that is not worth a Warning.
      if (this.#failures > 2) {
        record(this.#pod, 'Warning', step, text)
        log(`pod ${namespace}/${name}`, error)
      }
      this.#timers.retry = clock.after(wait, () => {
        this.#timers.retry = undefined
        if (this.#stage === 'preparing') void this.#prepareSandbox()
      })
      this.#publish()
      return
    }
    if (this.#stage !== 'preparing') return
    this.#stage = 'ready'
    this.#scheduleRefresh()
    for (const entry of this.#entries.values()) if (entry.phase.phase === 'running') this.#watch(entry)
    this.#sync()
  }

  #plan(): void {
    const now = this.#context.clock.now()
    const spec = this.#pod.spec ?? { containers: [] }
    const inputs = new Map([...this.#entries].map(([name, entry]) => [name, planInput(entry)]))
    const plan = planContainers(spec, inputs, now)
    for (const entry of this.#entries.values()) {
      const until = plan.backOff.get(entry.container.name)
      if (until !== undefined && entry.backOffUntil !== until) this.#tellBackOff(entry)
      entry.backOffUntil = until
    }
    for (const name of plan.start) this.#startEntry(this.#entries.get(name)!)
    for (const entry of this.#entries.values()) {
      if (!entry.busy && entry.phase.phase === 'running' && entry.hash !== containerHash(entry.container)) {
        this.#stopEntry(entry, `Container ${entry.container.name} definition changed, will be restarted`)
      }
    }
    this.#timers.retry?.()
    if (plan.backOff.size > 0) {
      this.#timers.retry = this.#context.clock.after(Math.min(...plan.backOff.values()) - now, () => this.#sync())
    }
    if (plan.finished) void this.#finish()
  }

  #tellBackOff(entry: ContainerEntry): void {
    const { record } = this.#context
    const { name, image } = entry.container
    if (entry.hold?.reason === 'ErrImagePull') {
      // Kubernetes shows the error once, then that it waits.
      this.#context.clock.after(1000, () => {
        if (entry.hold?.reason !== 'ErrImagePull') return
        const message = `Back-off pulling image "${image}": ${entry.hold.message}`
        entry.hold = { phase: 'waiting', reason: 'ImagePullBackOff', message }
        record(this.#pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, name)
        record(this.#pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', name)
        this.#publish()
      })
    } else if (entry.hold === undefined) {
      record(
        this.#pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${name} in pod ${fullPodName(this.#pod)}`,
        name,
      )
    }
  }

  #startEntry(entry: ContainerEntry): void {
    const sandbox = this.#sandbox
    if (sandbox === undefined) return
    entry.busy = true
    entry.backOffUntil = undefined
    entry.hash = containerHash(entry.container)
    const place: StartPlace = {
      pod: this.#pod,
      podDir: this.#podDir,
      logDir: this.logDir,
      sandbox: { ...sandbox, addresses: this.#facts().podIPs },
      volumes: this.#volumes,
      facts: this.#facts(),
      hostname: this.#hostname(),
      signal: this.#abort.signal,
      own: (id) => this.#owner.own(id, this),
    }
    const start = startContainer(this.#context, place, entry).finally(() => {
      entry.busy = false
      this.#starts.delete(start)
      if (entry.phase.phase === 'running' && this.#stage === 'ready') this.#watch(entry)
      pruneLogs(this.logDir, entry.container.name, entry.attempt)
      this.#sync()
    })
    this.#starts.add(start)
  }

  /** Probes a running container; without probes it is started and ready at once. */
  #watch(entry: ContainerEntry): void {
    startProbers(this.#context, this.#pod, entry, this.#facts().podIPs[0] ?? '', {
      changed: () => this.#publish(),
      failed: (message, graceSeconds) => this.#stopEntry(entry, message, graceSeconds),
    })
  }

  /** Stops one container; what becomes of it, its exit decides. */
  #stopEntry(entry: ContainerEntry, message: string, graceSeconds?: number): void {
    if (entry.busy || entry.phase.phase !== 'running') return
    entry.busy = true
    this.#stopProbers(entry)
    const grace = graceSeconds ?? this.#pod.spec?.terminationGracePeriodSeconds ?? 30
    const stop = this.#stop(entry, grace, message).finally(() => {
      entry.busy = false
      this.#starts.delete(stop)
      this.#sync()
    })
    this.#starts.add(stop)
  }

  async #stop(entry: ContainerEntry, graceSeconds: number, message: string): Promise<void> {
    const { runtime, log } = this.#context
    try {
      await stopContainer(this.#context, this.#pod, entry, this.#facts().podIPs[0] ?? '', graceSeconds, message)
      // An exit that was not told (yet): what the runtime says holds.
      if (entry.phase.phase === 'running' && entry.id !== undefined) {
        const state = await runtime.status(entry.id)
        if (state?.state === 'exited') this.#noteExit(entry, state)
      }
    } catch (error) {
      log(`container ${entry.id}: cannot be stopped`, error)
    }
  }

  async #stopAll(graceSeconds: number): Promise<void> {
    const end = this.#context.clock.now() + graceSeconds * 1000
    const left = () => (graceSeconds === 0 ? 0 : Math.max(1, Math.ceil((end - this.#context.clock.now()) / 1000)))
    const text = (entry: ContainerEntry) => `Stopping container ${entry.container.name}`
    const entries = [...this.#entries.values()]
    await Promise.all(
      entries.filter(({ role }) => role !== 'sidecar').map((entry) => this.#stop(entry, left(), text(entry))),
    )
    // Sidecars serve the others to the end, and each other in the order in which they came (KEP-753).
    for (const entry of entries.filter(({ role }) => role === 'sidecar').reverse())
      await this.#stop(entry, left(), text(entry))
  }

  /** A stop that is under way gets `graceSeconds` from now. */
  #hurry(graceSeconds: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.id === undefined || entry.phase.phase !== 'running') continue
      this.#context.runtime
        .stop(entry.id, graceSeconds)
        .catch((error) => this.#context.log(`container ${entry.id}`, error))
    }
  }

  #pastDeadline(): void {
    if (this.#stage === 'terminating' || this.#stage === 'gone' || this.#stage === 'finished') return
    this.#ended = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    }
    this.#context.record(this.#pod, 'Normal', 'DeadlineExceeded', this.#ended.message)
    void this.#finish()
  }

  /** The pod has run its course: sidecars end, network and disk are freed; status and logs stay until it is deleted. */
  async #finish(): Promise<void> {
    if (this.#stage === 'finished') return
    this.#stage = 'finished'
    this.#abort.abort(new Error('the pod has ended'))
    this.#publish()
    await Promise.allSettled(this.#starts)
    await this.#stopAll(this.#pod.spec?.terminationGracePeriodSeconds ?? 30)
    this.#stopWork()
    if ((this.#stage as Stage) !== 'finished') return
    await this.#free()
    this.#publish()
  }

  #free(): Promise<void> {
    const ids = [...this.#entries.values()].flatMap(({ id }) => (id === undefined ? [] : [id]))
    return freePod(this.#context, this.#pod, ids, this.#volumes)
  }

  async #terminate(): Promise<void> {
    const { statuses } = this.#context
    const grace = this.#removed
      ? 0
      : (this.#pod.metadata?.deletionGracePeriodSeconds ?? this.#pod.spec?.terminationGracePeriodSeconds ?? 30)
    this.#abort.abort(new Error('the pod is being deleted'))
    for (const cancel of Object.values(this.#timers)) cancel?.()
    // Readiness is still looked at: an endpoint that is terminating may go on serving.
    for (const entry of this.#entries.values()) this.#stopProbers(entry, 'readiness')
    await Promise.allSettled(this.#starts)
    await this.#stopAll(grace)
    this.#stopWork()
    this.#publish()
    await Promise.all([this.#free(), this.#removed ? undefined : statuses.flush(this.uid)])
    await deletePodObject(this.#context, this.#pod, () => !this.#removed && (this.#stage as Stage) !== 'gone')
    if ((this.#stage as Stage) === 'gone') return
    this.#stage = 'gone'
    statuses.forget(this.uid)
    rmSync(this.#podDir, { recursive: true, force: true })
    rmSync(this.logDir, { recursive: true, force: true })
    this.#owner.done(this)
  }

  #refreshVolumes(): void {
    if (this.#stage !== 'ready') return
    this.#volumes
      .refresh(this.#pod, this.#facts())
      .catch((error) =>
        this.#context.log(`pod ${fullPodName(this.#pod)}: volumes cannot be renewed, the old files stay`, error),
      )
      .finally(() => this.#scheduleRefresh())
  }

  #scheduleRefresh(): void {
    const at = this.#volumes.refreshAt
    this.#timers.refresh?.()
    if (at === undefined || this.#stage !== 'ready') return
    const wait = Math.max(at - this.#context.clock.now(), BACKOFF_FIRST)
    this.#timers.refresh = this.#context.clock.after(Math.min(wait, BACKOFF_MAX * 1000), () => this.#refreshVolumes())
  }

  #publish(): void {
    if (this.#stage === 'gone' || this.#removed) return
    const known = (this.#pod.status?.podIPs ?? []).map(({ ip }) => ip)
    this.#publisher.publish(this.#pod, this.#entries, {
      sandboxReady: this.#sandbox !== undefined && this.#stage !== 'finished' && this.#stage !== 'terminating',
      podIPs: this.#sandbox === undefined ? known : this.#facts().podIPs,
      startTime: this.#startTime,
      terminating: this.#stage === 'terminating',
      ...(this.#ended && { ended: this.#ended }),
    })
  }
}
