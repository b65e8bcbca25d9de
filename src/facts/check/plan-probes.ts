import type { Probe } from '#incluster/probe/probe-types.ts'
import { PROBE_PORT, type Role, SERVICE_PORT } from './check-objects.ts'

/** A pod of the check, where it stands and what it is asked at. */
export interface ProbePod {
  readonly name: string
  readonly role: Role
  readonly node: string
  readonly addresses: readonly string[]
}

/** What is tried; a column of the matrix. */
export type Trial = 'pod' | 'cluster-ip' | 'headless' | 'node-port' | 'node' | 'name'

export interface PlannedProbe extends Probe {
  readonly trial: Trial
  /** The node where who is asked stands; left out where any may answer. */
  readonly at?: string
}

export interface Asked {
  readonly pods: readonly ProbePod[]
  readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[]
  readonly service: {
    readonly name: string
    readonly clusterIps: readonly string[]
    readonly nodePorts: Readonly<Record<'tcp' | 'udp', number>>
  }
  readonly headless: string
  readonly namespace: string
  readonly clusterDomain: string
  readonly hostPort: number
  /** Of other nodes, each asks so many: a large cluster is looked at in a ring, and not each with each. */
  readonly most: number
}

const PROTOCOLS = ['tcp', 'udp'] as const

/** What one of the pods asks. Nodes are those after its own, in the order of names, around in a ring; its own first. */
export const planProbes = (asker: ProbePod, asked: Asked): readonly PlannedProbe[] => {
  const planned: Omit<PlannedProbe, 'id'>[] = []
  const ring = ringFrom(asker.node, asked)
  const families = new Set(asker.addresses.map(isSix))
  const of = (addresses: readonly string[]): readonly string[] => addresses.filter((one) => families.has(isSix(one)))
  const both = (trial: Trial, to: string, portOf: (protocol: 'tcp' | 'udp') => number, at?: string): void => {
    for (const kind of PROTOCOLS) planned.push({ trial, kind, to, port: portOf(kind), ...(at !== undefined && { at }) })
  }
  for (const node of ring) {
    for (const pod of asked.pods.filter(
      (one) => one.role === 'pod' && one.node === node.name && one.name !== asker.name,
    ))
      for (const to of of(pod.addresses)) both('pod', to, () => PROBE_PORT, node.name)
    for (const to of of(node.addresses)) {
      both('node-port', to, (protocol) => asked.service.nodePorts[protocol])
      if (asked.pods.some((one) => one.role === 'node' && one.node === node.name) && !asker.addresses.includes(to))
        both('node', to, () => asked.hostPort, node.name)
    }
  }
  for (const to of of(asked.service.clusterIps)) both('cluster-ip', to, () => SERVICE_PORT)
  const { namespace, clusterDomain, service, headless } = asked
  planned.push({
    trial: 'headless',
    kind: 'tcp',
    to: `${headless}.${namespace}.svc.${clusterDomain}`,
    port: PROBE_PORT,
  })
  planned.push({ trial: 'name', kind: 'name', to: `${service.name}.${namespace}.svc.${clusterDomain}.`, port: 0 })
  planned.push({ trial: 'name', kind: 'name', to: `kubernetes.default.svc.${clusterDomain}.`, port: 0 })
  // By the search list, as programs ask.
  planned.push({ trial: 'name', kind: 'name', to: service.name, port: 0 })
  return planned.map((one, id) => ({ id, ...one }))
}

const isSix = (address: string): boolean => address.includes(':')

const ringFrom = (name: string, { nodes, most }: Asked): Asked['nodes'] => {
  const at = nodes.findIndex((one) => one.name === name)
  const ring = [...nodes.slice(at), ...nodes.slice(0, Math.max(at, 0))]
  return ring.slice(0, most + 1)
}
