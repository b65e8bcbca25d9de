import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { socketText } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { declaredPorts } from '../../cluster/listening.ts'
import { backendPod, nodeAt } from '../../cluster/lookup.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { listed } from '../../words/text.ts'
import { ask, look, where } from '../cure.ts'

/** A port that nobody could look at, and of which nobody says that a program listens there. */
export function listenerUnknown(
  facts: ClusterFacts,
  question: Question,
  { address, port }: Target,
  protocol: Protocol,
): Finding {
  const doubt = { reason: 'listener-unknown', doubt: true } as const
  const pod = backendPod(facts, address, undefined)
  if (pod !== undefined) {
    const { name = '', namespace } = pod.metadata ?? {}
    const declared = declaredPorts(pod, protocol)
    const cures: Cure[] = declared
      .slice(0, 3)
      .map((one) => ask(question, 'ask a port that it declares', `pod/${keyOf(pod)}:${one.port}`))
    return {
      ...doubt,
      message: `no container of pod ${keyOf(pod)} declares ${port}/${protocol}, and nobody could look whether a program listens there`,
      details: [
        `its containers declare ${declared.length > 0 ? listed(declared.map((one) => `${one.port}${one.name ? ` (${one.name})` : ''}`)) : 'none'}; a declaration opens nothing, and a port may be open without one`,
      ],
      cures: [
        ...cures,
        look(
          'its sockets (ports in hexadecimal; 0A is a listening one)',
          ...['kubectl', 'exec', name, ...where(namespace), '--', 'cat', '/proc/net/tcp', '/proc/net/tcp6'],
        ),
      ],
    }
  }
  const node = nodeAt(facts, address)?.metadata?.name
  const { from, to } = facts.network.nodePortRange
  return {
    ...doubt,
    message: `nobody could look whether a program listens at ${socketText(address, port)} (${protocol})${node === undefined ? '' : `, a port of ${node} itself`}`,
    details: [
      ...(node === undefined ? [] : [`no Service has it as its node port; as a rule those are ${from} to ${to}`]),
      ...nodePortsThere(facts.services, node),
    ],
    cures: [],
  }
}

const nodePortsThere = (services: readonly Service[], node: string | undefined): readonly string[] =>
  node === undefined
    ? []
    : services
        .flatMap((service) =>
          (service.spec?.ports ?? []).flatMap((one) =>
            one.nodePort ? [`${one.nodePort}/${one.protocol || 'TCP'} is ${keyOf(service)}`] : [],
          ),
        )
        .slice(0, 5)
