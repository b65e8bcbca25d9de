import { socketText } from '#net/port-protocol.ts'
import type {
  AsksItself,
  ClusterIpOutside,
  ClusterIpUnassigned,
  ExternalIpNotRouted,
  ListenerUnknown,
  NobodyThere,
  NodePortOf,
  NodePortUnknown,
  NotANode,
  TypeChanged,
} from '../../trace/findings/address.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { listed } from '../text.ts'

const nodePortText = ({ port, protocol, service }: NodePortOf): string => `${port}/${protocol} is ${nameText(service)}`

export const nodePortUnknown = ({ node, port, protocol, known, range }: NodePortUnknown): FindingText => {
  const details = [...known.map(nodePortText), ...(range ? [`node ports are ${range.from} to ${range.to}`] : [])]
  return {
    message: `no Service has the node port ${port}/${protocol}, and nothing of ${node} itself listens there`,
    details: details.length > 0 ? details : ['no Service has a node port'],
  }
}

export const typeChanged = ({ service, type, node, nodePort, protocol, answersAt }: TypeChanged): FindingText => ({
  message: `${nameText(service)} had the node port ${nodePort}/${protocol}, but it is of type ${type} now: ${node} does not answer for it`,
  details: [`it answers at ${listed(answersAt.map(({ address, port }) => socketText(address, port)))} alone`],
})

export const notANode = ({ address, port, service, nodes }: NotANode): FindingText => ({
  message: `${port} is the node port of ${nameText(service)}, and ${address} is no node: node ports answer at the nodes’ own addresses`,
  details: nodes.map((node) => `${node.name} is ${node.address}`),
})

const NAME_STAYS = 'ask a Service by its name, which stays'

export const clusterIpUnassigned = ({ address, headless }: ClusterIpUnassigned): FindingText => ({
  message: `no Service has ${address}: a ClusterIP goes when its Service is deleted, and a new one gets another`,
  details: [
    NAME_STAYS,
    ...(headless.length > 0
      ? [`${listed(headless.map(nameText))} ${headless.length === 1 ? 'is' : 'are'} headless and never had one`]
      : []),
  ],
})

export const externalIpNotRouted = ({ address, service }: ExternalIpNotRouted): FindingText => ({
  message: `${address} is an external IP of ${nameText(service)}, but no route leads it to a node: that is up to the network outside`,
  details: ['every node answers for it, once a packet with that address reaches one'],
})

export const clusterIpOutside = ({ address, service, from }: ClusterIpOutside): FindingText => ({
  message: `${address} is the ClusterIP of ${nameText(service)}: pods and nodes reach it, ${from} is outside of the cluster`,
  details: ['kubectl port-forward reaches it by way of the API server, for a person who looks'],
})

export const asksItself = ({ address, port, protocol }: AsksItself): FindingText => ({
  message: `${address} means the sender itself, and nothing listens there on ${port}/${protocol}`,
  details: [
    'Services and node ports do not answer at a loopback address: each pod, each node and the host has its own',
  ],
})

export function nobodyThere(finding: NobodyThere): FindingText {
  const { address } = finding
  switch (finding.range) {
    case 'pods':
      return {
        message: `no pod has the address ${address}${finding.node ? `, which is of the range of ${finding.node}` : ''}: an address goes with its pod, and a new pod gets another`,
        details: [NAME_STAYS],
      }
    case 'load-balancer':
      return {
        message: `no Service has the address ${address} of the load balancer’s pool`,
        details: finding.known.map(({ service, addresses }) => `${nameText(service)} has ${listed(addresses)}`),
      }
    case 'host':
      return {
        message: `${address} is the host, and nothing of it listens on ${finding.port}/${finding.protocol}`,
        details: ['Services and node ports do not answer at the host’s own address'],
      }
    case 'outside':
      return {
        message: `${address} lies outside of the cluster, and no Service has it`,
        details: [
          finding.letOut
            ? 'no route of the cluster leads there'
            : 'the cluster was started without --egress: nothing is let out. To let pods out, start it anew with that flag',
        ],
      }
  }
}

export function listenerUnknown(finding: ListenerUnknown): FindingText {
  const { address, port, protocol } = finding
  const message = `nobody could look whether a program listens at ${socketText(address, port)} (${protocol})`
  switch (finding.of) {
    case 'pod': {
      const declared = finding.declared.map((one) => `${one.port}${one.name ? ` (${one.name})` : ''}`)
      return {
        message: `no container of pod ${nameText(finding.pod)} declares ${port}/${protocol}, and nobody could look whether a program listens there`,
        details: [
          `its containers declare ${listed(declared)}; a declaration opens nothing, and a port may be open without one`,
        ],
      }
    }
    case 'node': {
      const { from, to } = finding.range
      return {
        message: `${message}, a port of ${finding.node} itself`,
        details: [
          `no Service has it as its node port; as a rule those are ${from} to ${to}`,
          ...finding.nodePorts.map(nodePortText),
        ],
      }
    }
    case 'outside':
      return { message }
  }
}
