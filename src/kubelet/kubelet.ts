import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { RuntimeClass } from '#api/node/runtimeclass/message.ts'
import { timeText } from '#api/time-text.ts'
import type { Client } from '#client/client.ts'
import { type Clock, systemClock } from '#clock/clock.ts'
import { parseResolvConf } from '#names/resolv-conf.ts'
import { keyOf } from '#objects/object-key.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { readLabels } from './container/container-id.ts'
import { logPath } from './container/files/container-files.ts'
import { keepLogs } from './container/files/log-keeper.ts'
import type { KubeletContext, KubeletNode, KubeletResources, ObjectSource, ObjectStore } from './context.ts'
import { DiskRoom, roomOf } from './disk/disk-room.ts'
import { watchDisk } from './disk/disk-watch.ts'
import { hostText } from './etc/host-text.ts'
import { Housekeeping } from './housekeeping.ts'
import { KubeletError } from './kubelet-error.ts'
import { readMachine } from './node/machine.ts'
import { nodeImages } from './node/node-images.ts'
import { keepNodeLease, LEASE_SECONDS } from './node/node-lease.ts'
import { type Machine, nodeObject, nodeResources } from './node/node-object.ts'
import { keepNodeStatus, registerNode } from './node/node-registration.ts'
import { nodeSecurity, type SecurityOptions } from './node/node-security.ts'
import type { FoundContainer } from './pod/container-adoption.ts'
import { type ResolvedContainer, type ResolveOptions, resolveContainer } from './pod/container-lookup.ts'
import { measuredPod } from './pod/measured-pod.ts'
import { removeOrphan } from './pod/orphans.ts'
import { PodWorker } from './pod/pod-worker.ts'
import type { Dialer, PodNetwork } from './pod-network.ts'
import { PodRecorder } from './pod-recorder.ts'
import { measuredCgroups, type Summary, summaryOf } from './stats/summary.ts'
import { UsageMeter } from './stats/usage-meter.ts'
import { StatusWriter } from './status/status-writer.ts'
import type { Mounter } from './volumes/mounter.ts'

export interface KubeletOptions {
  readonly node: KubeletNode
  readonly client: Client
  readonly resources: KubeletResources
  /** All pods or this node's; one source may serve several nodes. */
  readonly pods: ObjectSource<Pod>
  /** Where the Node is seen as the server has it. */
  readonly nodes: Pick<ObjectSource<Node>, 'lister'>
  readonly services: Pick<ObjectSource<Service>, 'lister' | 'hasSynced'>
  readonly runtimeClasses: Pick<ObjectSource<RuntimeClass>, 'lister' | 'hasSynced'>
  readonly configMaps: ObjectStore<ConfigMap>
  readonly secrets: ObjectStore<Secret>
  readonly runtime: Runtime
  readonly network: PodNetwork
  readonly dialer: Dialer
  /** This node's own folder: pods, volumes and logs lie below it. */
  readonly stateDir: string
  readonly security?: SecurityOptions
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  /** How long its word holds that it lives; by default as with Kubernetes. */
  readonly leaseSeconds?: number
  /** Where the kubelet server listens; goes into the Node. */
  readonly port?: number
  readonly clock?: Clock
  readonly mounter: Mounter
  readonly machine?: Machine
  /** What keeps the node from carrying pods at present, in words: its Node is not Ready then. Left out: nothing. */
  readonly fault?: () => string | undefined
  /** What the node's disk has; left out: that of `stateDir`. */
  readonly room?: ConstructorParameters<typeof DiskRoom>[0]
  /** Takes away from that disk what nobody uses; before a pod is ended. */
  readonly makeRoom?: () => Promise<void>
  readonly log?: (message: string, error?: unknown) => void
}

export interface Kubelet {
  /** Resolves when the Node is registered and Ready. */
  readonly registered: Promise<void>
  /** Resolves when what ran before has been adopted and the known pods have been taken up. */
  readonly synced: Promise<void>
  /** `fault` gives another answer now: the Node shows it at once, and not within ten seconds. */
  faultChanged(): void
  /** The pods of this node, whatever their state. */
  pods(): readonly Pod[]
  /**
   * Throws KubeletError: POD_NOT_FOUND, or as resolveContainer does. `container` may be left out where there is one.
   */
  resolve(namespace: string, pod: string, container?: string, options?: ResolveOptions): ResolvedContainer
  /** Whether a pod has this folder as a volume, and is not gone yet. */
  usesFolder(path: string): boolean
  /** Where the logs of its containers lie. */
  readonly logDir: string
  /** What the node, its pods and their containers use at present. */
  summary(): Promise<Summary>
  /** Lets go of everything and leaves the containers running, for the next process. */
  stop(): Promise<void>
}

/** Starts the kubelet of one node. Returns at once; `registered` and `synced` tell how far it is. */
export const startKubelet = (options: KubeletOptions): Kubelet => {
  const { node, client, resources, runtime, network, stateDir, clock = systemClock } = options
  const log = options.log ?? ((message, error) => console.error(`kubelet ${node.name}: ${message}`, error ?? ''))
  const stop = new AbortController()
  const { signal } = stop
  const workers = new Map<string, PodWorker>()
  const owners = new Map<string, PodWorker>()
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const machine = options.machine ?? readMachine(stateDir)
  const events = new PodRecorder(client, resources.events, {
    host: node.name,
    clock,
    signal,
    onError: (error) => log('an Event was lost', error),
  })
  const room = new DiskRoom(options.room ?? (() => roomOf(stateDir)))
  const trouble = () => ({ fault: options.fault?.(), isDiskShort: room.isShort, unlimited: runtime.unlimited })
  const { handlers } = runtime
  const images = () => nodeImages(runtime.listImages())
  const told = { port: options.port, handlers, images: images(), ...trouble() }
  const wanted = nodeObject(node, machine, timeText(clock.now()), told)
  const context: KubeletContext = {
    node,
    client,
    resources,
    services: options.services,
    runtimeClasses: options.runtimeClasses,
    configMaps: options.configMaps,
    secrets: options.secrets,
    runtime,
    network,
    dialer: options.dialer,
    clock,
    stateDir,
    dns: {
      clusterDns: options.clusterDns,
      clusterDomain: options.clusterDomain,
      host: parseResolvConf(hostText('/etc/resolv.conf')),
    },
    hostsFile: hostText('/etc/hosts'),
    ...nodeSecurity(options.security, stateDir),
    allocatable: nodeResources(machine),
    self: () => options.nodes.lister.get(node.name) ?? wanted,
    neighbours: () => [...workers.values()].flatMap(({ entry, holdsRoom }) => (holdsRoom ? [entry.pod] : [])),
    mounter: options.mounter,
    statuses: new StatusWriter(client, resources.pods, { clock, onError: log }),
    record: events.record,
    log,
  }
  const owner = {
    own: (id: string, worker: PodWorker) => void owners.set(id, worker),
    done: (worker: PodWorker) => {
      workers.delete(worker.entry.uid)
      for (const other of workers.values()) other.roomFreed()
      for (const [id, other] of owners) if (other === worker) owners.delete(id)
      housekeeping?.tell()
    },
  }

  let housekeeping: Housekeeping | undefined
  /** Of pods that are gone something may still run, and have any folder. */
  let hasOrphans = true

  const ours = (pod: Pod): boolean => pod.spec?.nodeName === node.name
  const take = (pod: Pod, found: readonly FoundContainer[] = [], sandbox?: Parameters<PodWorker['adopt']>[1]): void => {
    const uid = pod.metadata?.uid ?? ''
    const known = workers.get(uid)
    if (known !== undefined) {
      known.update(pod)
      return
    }
    const worker = new PodWorker(context, owner, pod)
    workers.set(uid, worker)
    if (found.length > 0 || sandbox !== undefined) worker.adopt(found, sandbox)
    worker.start()
  }

  /** What lies here from before: to its pod where there is one, else away with it. */
  const adopt = async (): Promise<void> => {
    const [records, attachments] = await Promise.all([
      runtime.list(),
      network.list(),
      options.pods.hasSynced,
      options.services.hasSynced,
      options.runtimeClasses.hasSynced,
    ])
    if (signal.aborted) return
    const found = new Map<string, FoundContainer[]>()
    for (const record of records) {
      const labels = readLabels(record)
      if (labels === undefined || labels.node !== node.name) continue
      found.set(labels.uid, [...(found.get(labels.uid) ?? []), { record, labels }])
    }
    const sandboxes = new Map(attachments.map((attachment) => [attachment.uid, attachment]))
    const pods = options.pods.lister.list().filter(ours)
    const known = new Set(pods.map(({ metadata }) => metadata?.uid ?? ''))
    // Handlers are told of all pods at once: by then every pod that has something here has its worker.
    for (const pod of pods) {
      const uid = pod.metadata?.uid ?? ''
      if (found.has(uid) || sandboxes.has(uid)) take(pod, found.get(uid), sandboxes.get(uid))
    }
    const seen = (pod: Pod): void => (signal.aborted || !ours(pod) ? undefined : take(pod))
    const forget = options.pods.addHandlers({
      onAdd: seen,
      onUpdate: (_before, pod) => seen(pod),
      onDelete: (pod) => workers.get(pod.metadata?.uid ?? '')?.remove(),
    })
    // The source outlives a node that is stopped.
    signal.addEventListener('abort', forget, { once: true })
    const orphans = [...new Set([...found.keys(), ...sandboxes.keys()])].filter((uid) => !known.has(uid))
    void Promise.all(orphans.map((uid) => removeOrphan(context, uid, found.get(uid) ?? []))).then(() => {
      hasOrphans = false
    })
    const podsDir = join(stateDir, 'pods')
    for (const uid of readdirSync(stateDir).includes('pods') ? readdirSync(podsDir) : []) {
      if (!known.has(uid) && !workers.has(uid) && !orphans.includes(uid)) void removeOrphan(context, uid, [])
    }
  }

  function* logs(): Generator<string> {
    for (const { entry } of workers.values()) {
      for (const { container, attempt } of entry.containers.values())
        yield logPath(entry.logDir, container.name, attempt)
    }
  }

  runtime.onExit((id, state) => {
    if (!signal.aborted) owners.get(id)?.exited(id, state)
  })

  const meter = new UsageMeter(clock, (path) => runtime.usage(path))
  const whole = { name: node.name, cgroup: node.name, startedAt: clock.now(), memoryBytes: machine.memoryBytes }
  let lookAtNode = (): void => undefined
  const registered = (async () => {
    const onError = (error: unknown) => log('the Node cannot be registered', error)
    const life = { clock, signal, onError, record: events.recordNode }
    const object = await registerNode(client, resources.nodes, wanted, life)
    if (object === undefined) return
    const known = () => options.nodes.lister.get(node.name)
    lookAtNode = keepNodeStatus(client, resources.nodes, object, known, { ...life, trouble, images, runtime })
    if (resources.leases !== undefined) {
      const leaseError = (error: unknown) => log('the Lease cannot be renewed', error)
      void keepNodeLease(
        client,
        resources.leases,
        { name: node.name, uid: object.metadata?.uid ?? '', seconds: options.leaseSeconds ?? LEASE_SECONDS },
        { clock, signal, onError: leaseError },
      )
    }
  })()
  const synced = adopt()
  // Before, what is here would seem to be nobody's.
  void synced.then(
    () => {
      const onError = (error: unknown) => log('housekeeping', error)
      const living = () => new Set(workers.keys())
      housekeeping = new Housekeeping({ node: node.name, stateDir, runtime, living, clock, signal, onError })
      housekeeping.tell()
      keepLogs({ clock, signal, logs, onError })
      watchDisk({ context, pods: () => workers.values(), room, makeRoom: options.makeRoom, clock, signal, onError })
    },
    () => undefined,
  )
  synced.catch((error) => log('what ran before cannot be adopted', error))

  return {
    registered,
    synced,
    faultChanged: () => {
      lookAtNode()
      if (network.foreign) for (const { entry } of workers.values()) entry.hurrySandbox()
    },
    pods: () => [...workers.values()].map(({ entry }) => entry.pod),
    resolve(namespace, pod, container, resolveOptions) {
      const worker = [...workers.values()].find(({ entry }) => keyOf(entry.pod) === `${namespace}/${pod}`)
      const unknown = `pod "${pod}" not found in namespace "${namespace}" on node ${node.name}`
      if (worker === undefined) throw new KubeletError('POD_NOT_FOUND', unknown)
      return resolveContainer(worker.entry, container, resolveOptions)
    },
    usesFolder: (path) =>
      hasOrphans || [...workers.values()].some(({ entry, holdsRoom }) => holdsRoom && entry.volumes.has(path)),
    logDir: join(stateDir, 'logs'),
    async summary() {
      const measured = () => ({
        ...whole,
        pods: [...workers.values()].map(({ entry }) => measuredPod(node.name, entry)),
      })
      const metered = await meter.measure(() => measuredCgroups(measured()))
      return summaryOf(measured(), metered)
    },
    async stop() {
      events.write()
      stop.abort(new Error('the kubelet stops'))
      for (const worker of workers.values()) worker.detach()
      context.statuses.stop()
      await events.flush()
    },
  }
}
