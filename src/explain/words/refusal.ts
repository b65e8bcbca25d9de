import { socketText } from '#net/port-protocol.ts'
import type { NodePortOf } from '../trace/findings/address.ts'
import { wordsOfKind } from '../trace/object-word.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { Flaw, Refusal } from '../trace/refusal.ts'
import { nameText, objectText } from './object.ts'
import { listed } from './text.ts'
import { portText } from './walk/entry.ts'

interface RefusalText {
  readonly message: string
  /** The way out. */
  readonly hint: string
}

const shortOf = ({ kind }: ObjectRef): string => wordsOfKind(kind)[0]

/** `pod/client`, `deploy/shop/web`: as it can be asked for; the namespace `default` need not be named of a pod. */
const written = (object: ObjectRef): string =>
  object.kind === 'Pod' && object.namespace === 'default'
    ? `pod/${object.name}`
    : `${shortOf(object)}/${nameText(object)}`

const SOURCES =
  'write pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME for one of its pods, node/NAME, host, or an IP address'
const DESTINATIONS =
  'write svc/NAME[:PORT], svc/NAMESPACE/NAME[:PORT], pod/NAME:PORT, node/NAME:PORT, IP:PORT, [IPV6]:PORT, or a DNS name[:PORT]'

/** Why a question is not answered, and how it is asked instead. */
export function refusalText(refusal: Refusal): RefusalText {
  switch (refusal.why) {
    case 'no-source': {
      const { from, meant } = refusal
      const [first] = meant
      return {
        message: `--from ${from || "''"} is no source`,
        hint:
          first === undefined
            ? SOURCES
            : `${from} is a ${first.kind.toLowerCase()}: write ${meant.slice(0, 3).map(written).join(' or ')}`,
      }
    }
    case 'no-pod-at':
      return {
        message: `no pod has the address ${refusal.address}${refusal.node ? `, which is of the range of ${refusal.node}` : ''}`,
        hint: 'kubectl get pods -A -o wide shows those that have one',
      }
    case 'service-address': {
      const { address, service } = refusal
      const whose = service ? `an address of Service ${nameText(service)}` : 'of the range of Services'
      return { message: `${address} is ${whose}, and a Service sends nothing`, hint: SOURCES }
    }
    case 'sends-nothing':
      return { message: `nothing sends from ${refusal.address} over a network`, hint: SOURCES }
    case 'no-host':
      return {
        message: 'this cluster has no host that stands beside its nodes',
        hint: 'say who sends: --from pod/NAME, node/NAME, or the address of a client outside',
      }
    case 'pod-ended':
      return {
        message: `${objectText(refusal.pod)} has ended (${refusal.phase}): it sends nothing`,
        hint: describeHint(refusal.pod),
      }
    case 'pod-without-address':
      return {
        message: `${objectText(refusal.pod)} has no address yet: it is ${refusal.phase}${refusal.onNode ? '' : ' and on no node'}`,
        hint: describeHint(refusal.pod),
      }
    case 'workload-unknown':
      return workloadUnknown(refusal)
    case 'service-without-pods':
      return {
        message: `a Service sends nothing by itself, and no pod is behind ${nameText(refusal.service)}`,
        hint: `--to svc/${refusal.service.name} says why; as --from write a pod, a node or an address`,
      }
    case 'workload-without-pods': {
      const { workload, scaledToZero } = refusal
      const object = `${shortOf(workload)}/${workload.name} -n ${workload.namespace}`
      return {
        message: `${objectText(workload)} has no pod that could send${scaledToZero ? ': it is scaled to 0' : ''}`,
        hint: scaledToZero ? `kubectl scale ${object} --replicas=1` : `kubectl describe ${object}`,
      }
    }
    case 'pod-unknown':
    case 'node-unknown':
      return objectUnknown(refusal)
    default:
      return destinationText(refusal)
  }
}

type Because<W extends Refusal['why']> = Extract<Refusal, { readonly why: W }>

function workloadUnknown({ workload, known, elsewhere, near }: Because<'workload-unknown'>): RefusalText {
  const { kind, namespace, name } = workload
  if (!known)
    return {
      message: `no pod belongs to a ${kind} ${name} in namespace ${namespace}`,
      hint: `kubectl get pods -n ${namespace} shows those that are there: write pod/NAME`,
    }
  const word = shortOf(workload)
  return {
    message: `there is no ${kind} ${name} in namespace ${namespace}`,
    hint: elsewhere
      ? `there is ${written(elsewhere)}`
      : near.length > 0
        ? `the nearest: ${listed(
            near.map((one) => `${word}/${one}`),
            'or',
          )}`
        : `kubectl get ${wordsOfKind(kind)[1]} -n ${namespace}`,
  }
}

function objectUnknown(refusal: Because<'pod-unknown' | 'node-unknown'>): RefusalText {
  if (refusal.why === 'node-unknown')
    return { message: `there is no node ${refusal.node}`, hint: `the nodes: ${refusal.nodes.join(', ')}` }
  const { pod, elsewhere, near } = refusal
  return {
    message: `there is no pod ${pod.name} in namespace ${pod.namespace}`,
    hint: elsewhere
      ? `there is ${written(elsewhere)}`
      : near.length > 0
        ? `the nearest: ${near.map(written).join(', ')}`
        : `kubectl get pods -n ${pod.namespace}`,
  }
}

type DestinationWhy = Exclude<
  Refusal['why'],
  | 'no-source'
  | 'no-pod-at'
  | 'service-address'
  | 'sends-nothing'
  | 'no-host'
  | 'pod-ended'
  | 'pod-without-address'
  | 'workload-unknown'
  | 'service-without-pods'
  | 'workload-without-pods'
  | 'pod-unknown'
  | 'node-unknown'
>

function destinationText(refusal: Because<DestinationWhy>): RefusalText {
  switch (refusal.why) {
    case 'no-destination':
      return { message: `--to ${refusal.to || "''"} is no destination`, hint: flawText(refusal.flaw) }
    case 'no-port':
      return { message: `--to ${refusal.to} has no port`, hint: portHint(refusal) }
    case 'named-port-of-node': {
      const { to, address, nodePorts } = refusal
      return { message: `--to ${to}: a port of a node has no name`, hint: nodePortHint(address, nodePorts) }
    }
    case 'port-not-declared': {
      const { to, pod, port, declared, open } = refusal
      const declares = declared.length > 0 ? listed(declared.map(portText)) : 'none'
      const listens = open.length > 0 ? `; it listens on ${listed(open.map(String))}` : ''
      const example = `${to.replace(/:[^:]*$/, '')}:${declared[0]?.port ?? open[0] ?? 80}`
      return {
        message:
          port === undefined
            ? `--to ${to} has no port`
            : `no container of pod ${nameText(pod)} declares a port ${port}`,
        hint: `its containers declare ${declares}${listens}: write it as ${example}`,
      }
    }
    case 'no-address-yet': {
      const { object } = refusal
      return { message: `${objectText(object)} has no address (yet)`, hint: describeHint(object) }
    }
    case 'gateway-unknown': {
      const { gateway, near } = refusal
      return {
        message: `--gateway ${gateway} is none of this cluster, or not one alone`,
        hint:
          near.length > 0
            ? `did you mean ${listed(near, 'or')}?`
            : 'kubectl get gateways -A shows those that are there',
      }
    }
    case 'name-without-port':
      return { message: `--to ${refusal.to} has no port`, hint: `write it as ${refusal.to}:80` }
    case 'name-without-address':
      return {
        message: `--to ${refusal.to} has no address of a family that the sender has`,
        hint: 'leave --family out, or ask another name',
      }
    case 'named-port-of-name':
      return { message: `--to ${refusal.to}: the port of a pod’s name is a number`, hint: DESTINATIONS }
    case 'object-of-other-family': {
      const { object, addresses } = refusal
      return {
        message: `${objectText(object)} has no address of that family: it has ${listed(addresses)}`,
        hint: 'leave --family out, or ask from a sender that has that family',
      }
    }
    case 'address-of-other-family':
      return {
        message: `${refusal.to} is no ${refusal.family} address, and --family asks for one`,
        hint: 'leave --family out: an address has its own',
      }
  }
}

function flawText(flaw: Flaw): string {
  switch (flaw.kind) {
    case 'form':
      return DESTINATIONS
    case 'workload':
      return 'ask its Service, svc/NAME, or one of its pods, pod/NAME:PORT'
    case 'no-address':
      return `${flaw.text} is no address`
    case 'port':
      return `'${flaw.port}' is no port: a number from 1 to 65535${flaw.mayBeName ? ', or the name of a port' : ''}`
    case 'kind': {
      const { meant } = flaw
      const name = nameText(meant)
      return meant.kind === 'Service'
        ? `${name} is a Service: write svc/${name}`
        : `${name} is a pod: write pod/${name} and a port`
    }
  }
}

function portHint({ address, meant, nodePorts }: Because<'no-port'>): string {
  if (meant !== undefined)
    return `an address of IPv6 with a port has brackets: ${socketText(meant.address, meant.port)}`
  return nodePorts === undefined ? `write it as ${socketText(address, 80)}` : nodePortHint(address, nodePorts)
}

function nodePortHint(address: string, ports: readonly NodePortOf[]): string {
  const known = ports.slice(0, 5).map(({ port, service }) => `${port} of ${nameText(service)}`)
  const example = `write it as ${socketText(address, ports[0]?.port ?? 80)}`
  return known.length > 0 ? `${example}; node ports: ${listed(known)}` : example
}

const describeHint = (object: ObjectRef): string =>
  object.namespace === undefined
    ? `kubectl describe ${shortOf(object)} ${object.name}`
    : `kubectl describe ${shortOf(object)} ${object.name} -n ${object.namespace}`
