import { setTimeout as sleep } from 'node:timers/promises'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'

export const NAMESPACE = 'bench'
/** Services whose pods change, of three pods each, of which one changes. */
export const CHANGING = 180
/**
 * Services of one pod, which changes: a connection is refused or answered, so one says which. Every tenth change is one
 * of these.
 */
export const SINGLE = 20
const POD_PORT = 8080
/** A Node that has no agent. */
const OUTSIDE = 'outside'
const HEARTBEAT_MS = 10_000

const metadata = (name: string, more: object = {}) => ({ name, namespace: NAMESPACE, ...more })
const ports = [{ name: 'http', port: 80, targetPort: POD_PORT, protocol: 'TCP' }]

/** The conditions of a pod's status that say so. */
export const readiness = (ready: boolean) => ({
  conditions: ['Ready', 'ContainersReady'].map((type) => ({
    type,
    status: ready ? 'True' : 'False',
    lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''),
  })),
})

/** What the bench makes in a cluster, through its API. */
export class Objects {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  #create<T extends ApiObject>(resource: Resource<T>, object: object): Promise<T> {
    return this.#client.create(resource, object as T, { namespace: NAMESPACE })
  }

  /** The namespace, once it has the ServiceAccount that its pods need. */
  async makeNamespace(): Promise<void> {
    await this.#client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    while ((await this.#client.list(serviceAccounts, { namespace: NAMESPACE })).items.length === 0) await sleep(10)
  }

  /** A pod on each of these nodes, which answers at POD_PORT. Gives their addresses, once all are ready. */
  async makeRealPods(nodeNames: readonly string[]): Promise<readonly string[]> {
    for (const [index, nodeName] of nodeNames.entries())
      await this.#create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: metadata(`echo-${index}`),
        spec: { nodeName, containers: [{ name: 'echo', image: 'fairlead/echo' }] },
      })
    for (;;) {
      await sleep(20)
      const { items } = await this.#client.list(pods, { namespace: NAMESPACE })
      const ready = items.filter(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      )
      if (ready.length === nodeNames.length) return ready.map(({ status }) => status?.podIP as string)
    }
  }

  /** The Node without an agent, and its heartbeat until it is disposed of. `onFailure` is told of one that fails. */
  async makeOutsideNode(onFailure: (error: unknown) => void): Promise<Disposable> {
    const beat = () => [
      { type: 'Ready', status: 'True', reason: 'Bench', message: '', lastHeartbeatTime: new Date().toISOString() },
    ]
    const outside = { apiVersion: 'v1', kind: 'Node', metadata: { name: OUTSIDE }, spec: { unschedulable: true } }
    await this.#client.create(nodes, { ...outside, status: { conditions: beat() } } as unknown as Node)
    const heartbeat = setInterval(
      () =>
        this.#client
          .patch(nodes, OUTSIDE, 'merge', { status: { conditions: beat() } }, { subresource: 'status' })
          .catch(onFailure),
      HEARTBEAT_MS,
    )
    return { [Symbol.dispose]: () => clearInterval(heartbeat) }
  }

  /** `count` pods of that node, web-0 and on, which have no address yet; sixteen at a time. */
  async makeOutsidePods(count: number, labels: Readonly<Record<string, string>>): Promise<void> {
    let next = 0
    const makeMany = async (): Promise<void> => {
      while (next < count)
        await this.#create(pods, {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: metadata(`web-${next++}`, { labels }),
          spec: { nodeName: OUTSIDE, containers: [{ name: 'one', image: 'none' }] },
        })
    }
    await Promise.all(Array.from({ length: 16 }, makeMany))
  }

  /** `count` Services, sixteen at a time: first those that change. `addresses`: of their pods. Gives their ClusterIPs. */
  async makeServices(count: number, addresses: readonly string[]): Promise<readonly string[]> {
    const clusterIps: string[] = []
    let next = 0
    const makeMany = async (): Promise<void> => {
      while (next < count) {
        const number = next++
        clusterIps[number] = await this.#makeService(number)
        if (number < CHANGING + SINGLE) await this.#makePods(number, addresses)
        else await this.#makeSlice(number)
      }
    }
    await Promise.all(Array.from({ length: 16 }, makeMany))
    return clusterIps
  }

  async #makeService(number: number): Promise<string> {
    const name = `s${number}`
    const { spec } = await this.#create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(name),
      spec: { ports, ...(number < CHANGING + SINGLE ? { selector: { app: name } } : {}) },
    })
    return spec?.clusterIP as string
  }

  async #makeSlice(number: number): Promise<void> {
    const name = `s${number}`
    await this.#create(endpointSlices, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: metadata(`${name}-1`, { labels: { 'kubernetes.io/service-name': name } }),
      addressType: 'IPv4',
      endpoints: [0, 1, 2].map((index) => ({
        addresses: [`10.${(number >> 8) & 255}.${number & 255}.${index + 1}`],
        conditions: { ready: true },
      })),
      ports: [{ name: 'http', port: POD_PORT, protocol: 'TCP' }],
    })
  }

  async #makePods(number: number, addresses: readonly string[]): Promise<void> {
    const name = `s${number}`
    for (let index = 0; index < (number < SINGLE ? 1 : 3); index++) {
      await this.#create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: metadata(`${name}-${index}`, { labels: { app: name } }),
        spec: { nodeName: OUTSIDE, containers: [{ name: 'one', image: 'none' }] },
      })
      const status = { phase: 'Running', podIP: addresses[index], podIPs: [{ ip: addresses[index] }] }
      const body = { status: { ...status, ...readiness(true) } }
      await this.#client.patch(pods, `${name}-${index}`, 'merge', body, {
        namespace: NAMESPACE,
        subresource: 'status',
      })
    }
  }
}
