import type { Sender } from '../../trace/sender.ts'
import type { Listens } from '../../trace/walk/arrival.ts'
import type {
  ChosenPort,
  DestinationStep,
  NameStep,
  NodeStep,
  SenderStep,
  Step,
  WayStep,
} from '../../trace/walk/step.ts'
import { nameText, objectText, senderText } from '../object.ts'
import { requestStepText } from '../request/request-step.ts'
import { listed, plural, withProtocol } from '../text.ts'
import { leavingText } from './arrival.ts'
import { balancedText, entryText, portText } from './entry.ts'
import { nodeStepText } from './node-step.ts'
import type { StepText } from './step-text.ts'

/** A step in words; `sender` is whose packet it is. */
export function stepText(step: Step, sender: Sender): StepText {
  if ('nodes' in step && step.code !== 'reply-astray') return nodeStepText(step)
  return elsewhereText(step, senderText('sender' in step ? (step.sender ?? sender) : sender))
}

function elsewhereText(step: Exclude<Step, NodeStep>, who: string): StepText {
  switch (step.code) {
    case 'sender-chosen':
      return { at: objectText(step.workload), text: chosenText(step) }
    case 'localhost':
    case 'name-of-service':
    case 'name-of-addresses':
    case 'external-name':
      return nameStepText(step, who)
    case 'headless':
    case 'service-address':
    case 'service-node-port':
    case 'node-address-outside':
    case 'port-chosen':
      return destinationText(step, who)
    case 'name-of-gateway':
    case 'listener':
    case 'rule':
    case 'no-rule':
    case 'filters':
    case 'redirect':
    case 'answer':
    case 'backend':
      return requestStepText(step, who)
    default:
      return wayText(step, who)
  }
}

function chosenText({ workload, pod, of }: SenderStep): string {
  const relation = workload.kind === 'Service' ? 'behind it' : 'of it'
  return of === 1
    ? `the only pod ${relation}, ${nameText(pod)}, sends`
    : `${nameText(pod)} sends, one of the ${plural(of, 'pod')} ${relation}; --from pod/… names another`
}

function nameStepText(step: NameStep, who: string): StepText {
  const full = ({ name, fullName }: { readonly name: string; readonly fullName: string }) =>
    name === fullName ? name : `${name} is ${fullName}`
  const at = `${who}, DNS`
  switch (step.code) {
    case 'localhost':
      return { at: who, text: 'localhost is the sender itself' }
    case 'name-of-service':
      return { at, text: `${full(step)}: Service ${nameText(step.service)}`, ...unansweredText(step) }
    case 'name-of-addresses':
      return { at, text: `${full(step)}: ${listed(step.addresses)}`, ...unansweredText(step) }
    case 'external-name':
      return {
        at,
        text: `Service ${nameText(step.service)} is an ExternalName: another name for ${step.target}, and no address of its own`,
      }
  }
}

const unansweredText = ({ unanswered }: { readonly unanswered?: true }): Pick<StepText, 'details'> =>
  unanswered
    ? {
        details: [
          'but the sender gets no answer from the DNS, as is told below: what follows is the way to that address',
        ],
      }
    : {}

/** `80/TCP (http), the first of 80/TCP (http) and 53/UDP (udp)` */
const chosenPortText = ({ chosen, of }: ChosenPort): string =>
  of.length < 2 ? `${portText(chosen)}, its only one` : `${portText(chosen)}, the first of ${listed(of.map(portText))}`

function destinationText(step: DestinationStep, who: string): StepText {
  switch (step.code) {
    case 'headless':
      return {
        at: who,
        text: `${nameText(step.service)} is headless: its name gives the addresses of its pods, ${listed(step.addresses)}`,
      }
    case 'service-address': {
      const role = step.role === 'load-balancer' ? 'load balancer address' : 'ClusterIP'
      const port = step.port ? `; no port was asked for: ${chosenPortText(step.port)}` : ''
      return { at: who, text: `Service ${nameText(step.service)} has the ${role} ${listed(step.addresses)}${port}` }
    }
    case 'service-node-port':
      return {
        at: who,
        text: `Service ${nameText(step.service)} has the node port ${step.port}, asked of ${step.node}`,
      }
    case 'node-address-outside':
      return {
        at: 'outside',
        text: `${step.address} is the external address of ${step.node}, which the network turns to ${step.inner}`,
      }
    case 'port-chosen':
      return { at: step.address, text: `no port was asked for: ${chosenPortText(step.port)}` }
  }
}

const LISTENS: Readonly<Record<Listens, string>> = {
  yes: 'it listens there',
  unknown: 'whether it listens is not known',
  no: 'nothing listens there: refused',
  'loopback-only': 'it listens there at its loopback address only: refused',
}

function wayText(step: WayStep, who: string): StepText {
  switch (step.code) {
    case 'sent': {
      const { from, to, protocol, entry } = step
      return {
        at: who,
        text: `sends from ${from} to ${withProtocol(to.address, to.port, protocol)}; ${entryText(entry)}`,
      }
    }
    case 'itself': {
      const to = withProtocol(step.to.address, step.to.port, step.protocol)
      return { at: who, text: `${to} is the sender itself, no Service has a part in it; ${LISTENS[step.listens]}` }
    }
    case 'balanced':
      return { at: 'fabric', text: balancedText(step.entry) }
    case 'load-balancer-outside':
      return {
        at: 'outside',
        text: `${step.address} is a load balancer’s, which takes it itself (ipMode Proxy) and sends it on as it is set up`,
      }
    case 'leaves':
      return { at: step.by === 'routes' ? 'outside' : 'fabric', text: leavingText(step.address, step.by) }
    case 'reply-astray':
      return {
        at: 'the reply',
        text: `${listed(step.backends.slice(0, 5))} ${step.backends.length === 1 ? 'answers' : 'answer'} ${step.source} directly, past ${listed(step.nodes, 'or')}, which alone could turn the reply back: the sender takes it for a stranger’s, and waits`,
      }
    case 'more-alike':
      return { at: who, text: `and so to ${plural(step.addresses, 'more address', 'more addresses')}` }
  }
}
