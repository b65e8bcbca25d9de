import { fields, listOf, mapOf, number, oneOf, text } from './shape.ts'

/**
 * The form of a ClusterNetworkPolicy. Others may have put a definition in place of ours that lets in anything: what has
 * another form is not looked into.
 */
const SELECTOR = fields({
  matchLabels: mapOf(text),
  matchExpressions: listOf(fields({ key: text, operator: text, values: listOf(text) })),
})
const PODS = fields({ namespaceSelector: SELECTOR, podSelector: SELECTOR })
const PORTS = fields({ destinationPort: fields({ number, range: fields({ start: number, end: number }) }) })
const PEERS = listOf(
  fields({ namespaces: SELECTOR, pods: PODS, nodes: SELECTOR, networks: listOf(text), domainNames: listOf(text) }),
)

export const SUBJECT = fields({ namespaces: SELECTOR, pods: PODS })
export const RULE = fields({
  name: text,
  action: oneOf('Accept', 'Deny', 'Pass'),
  from: PEERS,
  to: PEERS,
  protocols: listOf(fields({ tcp: PORTS, udp: PORTS, sctp: PORTS, destinationNamedPort: text })),
})
export const TIER = oneOf('Admin', 'Baseline')
