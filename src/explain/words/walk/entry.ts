import type { Balanced, Entry, PortRef } from '../../trace/walk/entry.ts'
import { nameText } from '../object.ts'
import { listed, withProtocol } from '../text.ts'

/** Where the packet goes before it meets a node. */
export function entryText(entry: Entry): string {
  switch (entry.way) {
    case 'from-node':
      return `starts on ${entry.node} itself`
    case 'from-pod':
      return `leaves the pod for its node, ${entry.node}`
    case 'node':
      return `${entry.address} is ${entry.node}${entry.assumed ? ', if the network outside leads there' : ''}`
    case 'node-of-pods':
      return `pods of ${entry.address} live on ${entry.node}${entry.assumed ? ', if the network outside has a route there' : ''}`
    case 'any-node':
      return 'Service addresses lead to any node, one client to the same for each address'
    case 'any-node-once-reached':
      return `any node answers for ${entry.address}, once the network outside leads it to one`
    case 'no-route':
      return `no route of the cluster leads to ${entry.address}`
    case 'nothing-there':
      return `nothing of the cluster is at ${entry.address}`
    case 'cluster-ip-from-outside':
      return 'no network outside leads to a ClusterIP, as a rule'
    case 'balanced':
      return balancedText(entry)
  }
}

export function balancedText(entry: Balanced): string {
  const { to, protocol, nodes, refused } = entry
  const text = withProtocol(to.address, to.port, protocol)
  if (!('why' in entry)) return `the load balancer leads ${text} to ${listed(nodes, 'or')}`
  const { why } = entry
  const refusal = refused ? `: refused in the fabric with ${refusalText(protocol)}` : ''
  switch (why.code) {
    case 'no-service':
      return `no Service has ${to.address}: the load balancer leads it to no node`
    case 'no-node':
      return `the load balancer leads ${text} to no node${refusal}`
    case 'not-served': {
      const owners = `${listed(why.services.map(nameText))}, which ${why.services.length === 1 ? 'serves' : 'serve'}`
      return `${to.address} is the load balancer address of ${owners} ${listed(why.ports.map(portText))} there, and not ${to.port}/${protocol}${refusal}`
    }
  }
}

/** `80/TCP (http)` */
export const portText = ({ port, protocol, name }: PortRef): string => `${port}/${protocol}${name ? ` (${name})` : ''}`

/** How a packet is refused. */
export const refusalText = (protocol: string): string => (protocol === 'TCP' ? 'a TCP reset' : 'ICMP port unreachable')
