import { socketText } from '#net/port-protocol.ts'
import type { Socket } from '../../trace/reference.ts'
import type { Affinity, Choice, NodeStep, SourceFate } from '../../trace/walk/step.ts'
import { nameText, objectText } from '../object.ts'
import { policiesStepText } from '../policies/word.ts'
import { listed, plural, withProtocol } from '../text.ts'
import { arrivalText } from './arrival.ts'
import { candidateText } from './candidate.ts'
import { refusalText } from './entry.ts'
import type { StepText } from './step-text.ts'

const KINDS = {
  'cluster-ip': 'the ClusterIP',
  'external-ip': 'an external IP',
  'load-balancer': 'the load balancer address',
  'node-port': 'the node port',
  'host-port': 'a host port',
} as const

/** A step at nodes that do the same with the packet. */
export function nodeStepText(step: NodeStep): StepText {
  const nodes = listed(step.nodes, 'or')
  switch (step.code) {
    case 'frontend': {
      const { to, protocol, kind, service, portName, lost } = step
      const port = portName ? `port ${portName}` : 'its only port'
      const one = lost.length === 1
      return {
        at: `${nodes}, ${step.hook}`,
        text: `${addressed(to, protocol)} is ${KINDS[kind]} of ${kind === 'host-port' ? objectText(service) : `${nameText(service)}, ${port}`}`,
        ...(lost.length > 0 && {
          details: [
            `${listed(lost.map(nameText))} ${one ? 'claims' : 'claim'} it too, and ${one ? 'does' : 'do'} not get it: the older Service has it`,
          ],
        }),
      }
    }
    case 'no-frontend':
      return { at: `${nodes}, ${step.hook}`, text: noFrontendText(step) }
    case 'guard':
      return {
        at: `${nodes}, guard`,
        text: `${step.source} is not in the source ranges ${listed(step.ranges)}: dropped`,
      }
    case 'endpoints': {
      const { candidates, policy, value, spared } = step
      const many = candidates.length === 0 ? 'none' : plural(candidates.length, 'candidate')
      return {
        at: `${nodes}, endpoints`,
        text: `${many}, ${policy} ${value}${spared ? ' (spares pods and the node itself: all endpoints)' : ''}`,
        details: candidates.map(candidateText),
      }
    }
    case 'choice':
      return { at: `${nodes}, choice`, text: choiceText(step.choice, step.protocol) }
    case 'translation': {
      const backends = step.to.map(({ address, port }) => socketText(address, port))
      return {
        at: `${nodes}, translation`,
        text: `${addressed(step.from, step.protocol)} becomes ${listed(backends, 'or')}`,
      }
    }
    case 'policies':
      return policiesStepText(step)
    case 'postrouting':
      return { at: `${nodes}, postrouting`, text: FATES[step.does](step.source) }
    case 'input':
      return {
        at: `${nodes}, input`,
        text: `what the node delivers to itself does not meet postrouting: the source stays ${step.source}`,
      }
    case 'route':
      return {
        at: `${nodes}, route`,
        text: `to ${step.arrivals.length === 1 ? 'the backend' : 'the backends'}`,
        details: step.arrivals.map(arrivalText),
      }
    case 'arrival':
      return { at: `${nodes}, route`, text: arrivalText(step.arrival) }
    case 'next-node':
      return { at: `${nodes}, route`, text: `${step.address} is ${step.node}` }
  }
}

const addressed = ({ address, port }: Socket, protocol: 'TCP' | 'UDP' | 'SCTP'): string =>
  withProtocol(address, port, protocol)

function noFrontendText({ to, protocol, does }: NodeStep & { readonly code: 'no-frontend' }): string {
  switch (does) {
    case 'refuse':
      return `${to.address} is a ClusterIP, but ${addressed(to, protocol)} is no port of it: refused`
    case 'drop':
      return `no Service has ${to.address}, and it lies in the range of Services: dropped`
    case 'pass-on':
      return `${addressed(to, protocol)} is no Service’s here: it goes on as it was addressed`
  }
}

function choiceText(choice: Choice, protocol: string): string {
  switch (choice.kind) {
    case 'drop':
      return 'there are endpoints, but none on this node: dropped without a word'
    case 'refuse':
      return `there is no endpoint at all: refused with ${refusalText(protocol)}`
    case 'pick': {
      const { of, affinity } = choice
      const one = of === 1 ? 'the only one' : `one of ${of}, by chance, each as likely`
      return `a new connection gets ${one}${affinity === undefined ? '' : affinityText(affinity)}`
    }
  }
}

const affinityText = ({ seconds, held }: Affinity): string =>
  held
    ? `; then the client stays with it for ${seconds} seconds (ClientIP)`
    : `; the node then gives the same client the same for ${seconds} seconds (ClientIP), but another node may give it another, and which node a connection passes is not the node’s choice: it is not held`

const toItself = (source: string): string =>
  `masquerade where the sender meets itself: ${source} sees the node’s address, or it would answer itself directly`

const FATES: Readonly<Record<SourceFate, (source: string) => string>> = {
  own: (source) => `the source stays ${source}, the node’s own`,
  keep: (source) => `the source stays ${source}`,
  masquerade: (source) =>
    `masquerade: the backend sees the node’s address instead of ${source}, and answers by way of it`,
  'masquerade-to-itself': toItself,
  'keep-or-itself': (source) => `the source stays ${source}; ${toItself(source)}`,
}
