import { join } from 'node:path'
import { namespaces as namespaceResource } from '#api/core/namespace/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods as podResource } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services as serviceResource } from '#api/core/service/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { readConfig, statePaths, stateRoot } from '#cluster/state/state.ts'
import { namespacePathOf } from '#facts/local/pod-namespace.ts'
import { eventually } from '../harness.ts'

/** Pods by namespace, and the ports that each of them declares and answers at. */
interface Shape {
  readonly pods: Readonly<Record<string, readonly string[]>>
  readonly ports: { readonly TCP: readonly number[]; readonly UDP: readonly number[] }
  /** Labels that every pod of a namespace has beside its own name. */
  readonly labels?: (namespace: string) => Readonly<Record<string, string>>
  /** They are processes, and not the agents'. */
  readonly processes?: boolean
  /** Each pod has a Service of its own. */
  readonly services?: boolean
}

export interface Stand {
  /** `x/a` */
  readonly name: string
  /** The path of its network. */
  readonly path: string
  readonly addresses: { readonly IPv4: string; readonly IPv6: string; readonly ClusterIP: string | undefined }
}

/** As it is written. */
export interface PolicyObject extends ApiObject {
  readonly spec: object
}

const RESOURCES: Readonly<Record<string, Resource<ApiObject>>> = {
  NetworkPolicy: networkPolicies as Resource<ApiObject>,
  ClusterNetworkPolicy: clusterNetworkPolicies as Resource<ApiObject>,
}

const keyOf = ({ kind, metadata }: ApiObject): string => `${kind} ${metadata?.namespace ?? ''}/${metadata?.name}`

/** Pods that are asked, and the policies that there are meanwhile, by the client that the parts of a cluster have too. */
export class World {
  readonly client: Client
  readonly config: ClusterConfig
  readonly stands: readonly Stand[]
  readonly shape: Shape
  #policies = new Map<string, { readonly object: PolicyObject; readonly text: string }>()

  static async make(cluster: string, shape: Shape): Promise<World> {
    const config = readConfig(statePaths(join(stateRoot(), cluster)).config)
    const client = createHttpClient(unixTransport(config.sockets.api))
    const names = Object.entries(shape.pods).flatMap(([namespace, pods]) => pods.map((name) => ({ namespace, name })))
    for (const namespace of Object.keys(shape.pods))
      await client.create(namespaceResource, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: { ns: namespace } },
      })
    for (const { namespace, name } of names) {
      await client.create(podResource, podOf(shape, namespace, name), { namespace })
      if (shape.services) await client.create(serviceResource, serviceOf(shape, namespace, name), { namespace })
    }
    const ready = await eventually(
      'all pods are Ready',
      async () => {
        const { items } = await client.list(podResource)
        const mine = items.filter(
          ({ metadata }) => metadata?.namespace !== undefined && metadata.namespace in shape.pods,
        )
        return (
          mine.length === names.length &&
          mine.every(({ status }) =>
            status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
          ) &&
          mine
        )
      },
      60_000,
    )
    const services = shape.services ? (await client.list(serviceResource)).items : []
    const stands = ready.map((pod): Stand => {
      const { namespace = '', name = '' } = pod.metadata ?? {}
      const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? []
      const service = services.find(
        ({ metadata }) => metadata?.namespace === namespace && metadata?.name === `s-${name}`,
      )
      return {
        name: `${namespace}/${name}`,
        path: namespacePathOf(config, pod)!,
        addresses: {
          IPv4: ips.find((ip) => !ip.includes(':'))!,
          IPv6: ips.find((ip) => ip.includes(':'))!,
          ClusterIP: service?.spec?.clusterIP,
        },
      }
    })
    return new World(client, config, stands, shape)
  }

  private constructor(client: Client, config: ClusterConfig, stands: readonly Stand[], shape: Shape) {
    this.client = client
    this.config = config
    this.stands = stands
    this.shape = shape
  }

  /** That these policies are there, and no others: what differs is written. */
  async have(...objects: readonly PolicyObject[]): Promise<void> {
    const wanted = new Map(objects.map((object) => [keyOf(object), { object, text: JSON.stringify(object) }]))
    for (const [key, { object }] of this.#policies)
      if (!wanted.has(key)) await this.client.delete(RESOURCES[object.kind!]!, object.metadata!.name!, spaceOf(object))
    for (const [key, { object, text }] of wanted) {
      const before = this.#policies.get(key)
      const resource = RESOURCES[object.kind!]!
      if (before === undefined) await this.client.create(resource, object, spaceOf(object))
      else if (before.text !== text) {
        const whole = [{ op: 'replace', path: '/spec', value: object.spec }]
        await this.client.patch(resource, object.metadata!.name!, 'json', whole, spaceOf(object))
      }
    }
    this.#policies = wanted
  }

  /** Labels of `x/a`, or of the namespace `x`; null takes one away. */
  async label(what: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    const [namespace, name] = what.split('/') as [string, string?]
    const body = { metadata: { labels } }
    if (name === undefined) await this.client.patch(namespaceResource, namespace, 'merge', body)
    else await this.client.patch(podResource, name, 'merge', body, { namespace })
  }
}

const spaceOf = ({ metadata }: ApiObject) => (metadata?.namespace ? { namespace: metadata.namespace } : {})

const podOf = ({ ports, labels, processes }: Shape, namespace: string, name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { pod: name, ...labels?.(namespace) } },
  spec: {
    terminationGracePeriodSeconds: 0,
    ...(!processes && { runtimeClassName: 'virtual' }),
    containers: [
      {
        name: 'echo',
        image: 'fairlead/echo',
        ...(processes && { args: [`--http-port=${ports.TCP[0]}`, `--udp-port=${ports.UDP[0]}`] }),
        ports: (['TCP', 'UDP'] as const).flatMap((protocol) =>
          ports[protocol].map((port) => ({
            containerPort: port,
            protocol,
            name: `serve-${port}-${protocol.toLowerCase()}`,
          })),
        ),
      },
    ],
  },
})

const serviceOf = ({ ports }: Shape, namespace: string, name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `s-${name}`, namespace },
  spec: {
    selector: { pod: name },
    ports: (['TCP', 'UDP'] as const).flatMap((protocol) =>
      ports[protocol].map((port) => ({ name: `${protocol.toLowerCase()}-${port}`, protocol, port })),
    ),
  },
})
