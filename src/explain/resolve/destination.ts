import { keyOf } from '#objects/object-key.ts'
import { malformed, parseDestination } from '../ask/destination-text.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find, nodeAddresses, podAddresses } from '../cluster/lookup.ts'
import { nodePortRef, nodePortsOf } from '../cluster/node-ports.ts'
import { refOf } from '../cluster/reference.ts'
import type { Question } from '../trace/question.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { Flaw } from '../trace/refusal.ts'
import { type Destination, malformedDestination, nowhere, podPort, toAddress } from './address-destination.ts'
import { toName, toNamedService } from './name-destination.ts'
import { ofFamily, type Query } from './query.ts'
import { namespaceOf, type Source } from './source.ts'
import { nodeUnknown, podUnknown } from './unknown.ts'

/** Finds what is asked. Throws ExplainError where the text is no destination, or of the other family. */
export function resolveDestination(facts: ClusterFacts, question: Question, source: Source): Destination {
  const query: Query = { facts, question, source }
  const text = parseDestination(question.to, namespaceOf(question, source))
  const protocol = question.protocol ?? 'TCP'
  switch (text.kind) {
    case 'service': {
      const service = find(facts.services, text.name, text.namespace)
      return service === undefined
        ? nowhere(protocol, { ...text, kind: 'service-unknown' })
        : toNamedService(query, service, text.port)
    }
    case 'name':
      return { ...toName(query, text, protocol), byName: text.name !== 'localhost' }
    case 'address':
      return toAddress(facts, question, text)
    case 'kindless':
      throw malformed(question.to, kindless(facts, text.host))
    case 'pod': {
      const pod = find(facts.pods, text.name, text.namespace)
      if (pod === undefined) throw podUnknown(facts, 'DESTINATION_MALFORMED', text.namespace, text.name)
      const { port, ...named } = podPort(facts, question, pod, text.port)
      const address = own(query, podAddresses(pod), refOf('Pod', pod))
      return toAddress(facts, { ...question, ...named }, { kind: 'address', address, port })
    }
    case 'node': {
      const node = find(facts.nodes, text.name)
      if (node === undefined) throw nodeUnknown(facts, 'DESTINATION_MALFORMED', text.name)
      const address = own(query, nodeAddresses(node), refOf('Node', node))
      if (text.port !== undefined && !/^\d+$/.test(text.port))
        throw malformedDestination({
          why: 'named-port-of-node',
          to: question.to,
          address,
          nodePorts: nodePortsOf(facts).map(nodePortRef),
        })
      return toAddress(facts, question, { kind: 'address', address, port: text.port })
    }
  }
}

/** What a person may have meant who left out the kind. */
function kindless(facts: ClusterFacts, host: string): Flaw {
  const service = facts.services.find((one) => keyOf(one) === host)
  if (service !== undefined) return { kind: 'kind', meant: refOf('Service', service) }
  const pod = facts.pods.find((one) => keyOf(one) === host)
  return pod === undefined ? { kind: 'form' } : { kind: 'kind', meant: refOf('Pod', pod) }
}

/** The address of a pod or a node that can be asked. Throws ExplainError. */
function own(query: Query, addresses: readonly string[], object: ObjectRef): string {
  const address = ofFamily(addresses, query)
  if (address !== undefined) return address
  if (addresses.length === 0) throw malformedDestination({ why: 'no-address-yet', object })
  throw new ExplainError({ code: 'FAMILY_MISMATCH', why: 'object-of-other-family', object, addresses })
}
