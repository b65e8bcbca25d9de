import type { Deployment } from '#api/apps/deployment/message.ts'
import { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { builtInKinds } from '#api/kinds.ts'
import { timeText } from '#api/time-text.ts'
import { FakeClient, type FakeClientOptions } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { isTerminal } from '#objects/pod.ts'
import { startControllers } from '../start.ts'

/** Waits that are shorter are retries after a failure; longer ones (deadlines, minReadySeconds) are a test's own. */
const RETRY_MS = 500

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Always the same numbers for the same seed. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export interface TestCluster {
  readonly clock: HandClock
  readonly client: FakeClient
  readonly logged: string[]
  /** Runs until nothing more happens; retries that wait are let through. */
  settle(): Promise<void>
  /** Sets a pod's readiness, as its kubelet would. */
  ready(pod: Pod, ready?: boolean): Promise<Pod>
  /**
   * Every bound pod gets an address and becomes ready, every terminating one goes. Returns whether something changed.
   */
  kubelet(): Promise<boolean>
  /** Settles and plays kubelet until both are still. */
  converge(): Promise<void>
  restart(): Promise<void>
  stop(): void
}

export const startCluster = async (
  options: Partial<Parameters<typeof startControllers>[0]> & {
    readonly fake?: Partial<FakeClientOptions>
    readonly nodes?: number
    readonly lag?: () => number
  } = {},
): Promise<TestCluster> => {
  const clock = new HandClock()
  let late = 0
  const { lag } = options
  const watchDelay = async () => {
    late++
    for (let turns = lag!(); turns > 0; turns--) await turn()
    late--
  }
  const client = new FakeClient({
    clock,
    gracefulPodDeletion: true,
    ...(lag ? { watchDelay } : {}),
    ...options.fake,
  })
  const logged: string[] = []
  const abort = new AbortController()
  const start = () =>
    startControllers({
      catalogue: new Catalogue(builtInKinds),
      client,
      clock,
      random: seeded(1),
      rootCa: 'CA',
      loadBalancer: 'none',
      signal: abort.signal,
      log: (level, message) => void logged.push(`${level} ${message}`),
      ...options,
    })
  /** Lists and watches that fail at first are tried again, on a clock that nobody else moves meanwhile. */
  const begin = async () => {
    const controllers = start()
    let ready = false
    void controllers.ready.then(() => {
      ready = true
    })
    while (!ready) {
      await turn()
      if (clock.next !== undefined && clock.next < RETRY_MS) clock.advance(clock.next)
    }
    return controllers
  }
  let running = await begin()
  for (let i = 0; i < (options.nodes ?? 0); i++) {
    const node = makeNode(`node-${i + 1}`)
    await client.create(nodes, node).catch(() => client.create(nodes, node))
  }
  let address = 1
  const cluster: TestCluster = {
    clock,
    client,
    logged,
    async settle() {
      for (let still = 0; still < 4; ) {
        await turn()
        still = running.isIdle() && late === 0 ? still + 1 : 0
        if (still > 2 && clock.next !== undefined && clock.next < RETRY_MS) {
          clock.advance(clock.next)
          still = 0
        }
      }
    },
    async ready(pod, ready = true) {
      const { name, namespace } = pod.metadata!
      const current = await client.get(pods, name!, { namespace })
      const ip = current.status?.podIP ?? `10.244.${address >> 8}.${address++ & 255}`
      const at = timeText(clock.now())
      const others = (current.status?.conditions ?? []).filter(({ type }) => type !== 'Ready')
      const status = {
        ...current.status,
        phase: 'Running' as const,
        podIP: ip,
        podIPs: [{ ip }],
        conditions: [...others, { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at }],
      }
      return client.update(pods, { ...current, status }, { namespace, subresource: 'status' })
    },
    async kubelet() {
      let changed = false
      for (const pod of client.all(pods)) {
        const { name, namespace, deletionTimestamp } = pod.metadata!
        if (!pod.spec?.nodeName) continue
        if (deletionTimestamp) {
          await client.delete(pods, name!, { namespace, gracePeriodSeconds: 0 })
          changed = true
        } else if (!isReady(pod) && !isTerminal(pod)) {
          await cluster.ready(pod)
          changed = true
        }
      }
      return changed
    },
    async converge() {
      do await cluster.settle()
      while (await cluster.kubelet())
    },
    async restart() {
      running.stop()
      await turn()
      running = await begin()
    },
    stop: () => abort.abort(),
  }
  return cluster
}

export const makeNode = (name: string, more: Partial<Node> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  ...more,
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...more.metadata?.labels } },
  status: {
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
    ...more.status,
  },
})

export const makeDeployment = (name: string, replicas: number, spec: Partial<Deployment['spec']> = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'fairlead/echo', ports: [{ name: 'http', containerPort: 8080 }] }] },
    },
    ...spec,
  },
})

export const withImage = (deployment: Deployment, image: string): Deployment => ({
  ...deployment,
  spec: {
    ...deployment.spec,
    template: {
      ...deployment.spec!.template,
      spec: { containers: [{ ...deployment.spec!.template!.spec!.containers![0]!, image }] },
    },
  },
})

export const makeService = (name: string, spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: {
    selector: { app: name },
    clusterIP: '10.96.0.50',
    ipFamilies: ['IPv4'],
    ports: [{ name: 'web', port: 80, targetPort: 'http', protocol: 'TCP' }],
    ...spec,
  },
})
