import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { socketText } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { declaredPorts, listens, openPorts, portsTold, socketsOf } from '../../cluster/listening.ts'
import { backendPod, isHeadless, isLoopback, nodeAt } from '../../cluster/lookup.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { shellWord } from '../../words/command.ts'
import { listed } from '../../words/text.ts'
import { ask, endpointsOf, look, patch, portIndex, where } from '../cure.ts'
import { closestPort } from './pods.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

const setTarget = (service: Service, port: ServicePort, value: number | string): Cure =>
  patch(`let ${port.port} lead to ${value}`, 'service', service, [
    { op: 'add', path: `/spec/ports/${portIndex(service, port)}/targetPort`, value },
  ])

/** A targetPort by name that no container declares. */
export function namedTargetMissing(
  facts: ClusterFacts,
  service: Service,
  port: ServicePort,
  pods: readonly Pod[],
): Finding | undefined {
  const { targetPort } = port
  const protocol = port.protocol || 'TCP'
  if (typeof targetPort !== 'string' || targetPort === '') return undefined
  const declared = pods.flatMap((pod) => declaredPorts(pod, protocol))
  if (declared.some(({ name }) => name === targetPort)) return undefined
  const named = [...new Set(declared.flatMap(({ name }) => name ?? []))].sort(
    (a, b) => unlikeness(targetPort, a) - unlikeness(targetPort, b),
  )
  const open = [...new Set(pods.flatMap((pod) => openPorts(facts, pod, protocol) ?? []))].sort((a, b) => a - b)
  const numbers = [...new Set(declared.map((one) => one.port))]
  // Where it is known what listens, a declared port at which nothing does is no way out.
  const answers = (port: number | undefined) => open.length === 0 || (port !== undefined && open.includes(port))
  const value =
    named.find((one) => answers(declared.find(({ name }) => name === one)?.port)) ?? numbers.find(answers) ?? open[0]
  const details = [
    declared.length === 0
      ? `its pods declare no ${protocol} port`
      : `its pods declare ${listed(declared.slice(0, 5).map(({ container, name, port: number }) => `${number}/${protocol}${name ? ` (${name})` : ' (unnamed)'} in container ${container}`))}`,
  ]
  if (open.length > 0) details.push(`they listen on ${listed(open.map(String))}`)
  return {
    reason: 'target-port-unknown',
    message: `the targetPort ${targetPort} of ${keyOf(service)} names no ${protocol} port of its pods, so they are no endpoints of it`,
    details,
    cures: value === undefined ? [] : [setTarget(service, port, value)],
  }
}

/** A backend at whose port nothing listens. `port`: the Service's; undefined where the pod was asked directly. */
export function targetPortClosed(
  facts: ClusterFacts,
  question: Question,
  service: Service | undefined,
  port: ServicePort | undefined,
  backend: { readonly address: string; readonly port: number },
  protocol: Protocol,
): Finding | undefined {
  const pod = backendPod(facts, backend.address, service)
  if (pod === undefined) return service === undefined ? undefined : endpointClosed(facts, service, backend, protocol)
  const known = openPorts(facts, pod, protocol)
  const open = known ?? []
  const state = listens(socketsOf(facts, pod), protocol, backend.address, backend.port)
  const declared = declaredPorts(pod, protocol)
  const details = [
    ...(known === undefined
      ? []
      : [open.length > 0 ? `it listens on ${listed(open.map(String))}` : `it listens on no ${protocol} port`]),
    declared.length > 0
      ? `its containers declare ${listed(declared.map(({ port: number, name }) => `${number}${name ? ` (${name})` : ''}`))}`
      : 'its containers declare none; a declaration opens nothing, it only gives a name',
  ]
  const { name = '', namespace } = pod.metadata ?? {}
  const logs = look('what it says', 'kubectl', 'logs', name, ...where(namespace))
  const [container] = pod.spec?.containers ?? []
  const log = { namespace: namespace ?? '', pod: name, container: container?.name ?? '', previous: false }
  if (state === 'loopback-only')
    return {
      reason: 'listens-on-loopback',
      message: `pod ${keyOf(pod)} listens on ${backend.port}/${protocol} at its loopback address only: nobody else reaches it`,
      details: [
        `it listens at ${listed(loopbackSockets(facts, pod, protocol))}`,
        'let the program listen at 0.0.0.0 or :: instead: an option or a line of its configuration, often called bind, host or listen',
        ...commandsOf(pod),
      ],
      cures: [logs],
    }
  if (service !== undefined && isHeadless(service))
    return headlessPort(
      question,
      service,
      port,
      backend.port,
      known ?? portsTold(facts, service, backend.address, protocol),
      known === undefined ? 'are told to listen elsewhere' : 'do not listen there',
      details,
      logs,
    )
  const best =
    open.length > 0
      ? closestPort(
          backend.port,
          declared
            .map((one) => one.port)
            .filter((one) => open.includes(one))
            .concat(open)
            .slice(0, Math.max(1, declared.length)),
        )
      : undefined
  const cures: Cure[] = []
  if (best !== undefined && service !== undefined && port !== undefined) cures.push(setTarget(service, port, best))
  else if (best !== undefined) cures.push(ask(question, 'ask where it listens', `pod/${keyOf(pod)}:${best}`))
  return {
    reason: 'target-port-closed',
    message:
      service === undefined
        ? `nothing in pod ${keyOf(pod)} listens on ${backend.port}/${protocol}`
        : `the targetPort of ${keyOf(service)} is ${targetText(port, backend.port)}, and nothing in pod ${keyOf(pod)} listens there`,
    details: [...details, ...(open.length === 0 ? commandsOf(pod) : [])],
    cures: [...cures, logs],
    ...(open.length === 0 && { log }),
  }
}

const loopbackSockets = (facts: ClusterFacts, pod: Pod, protocol: Protocol): readonly string[] =>
  (socketsOf(facts, pod) ?? [])
    .filter((one) => one.protocol === protocol && isLoopback(one.address))
    .map((one) => socketText(one.address, one.port))

/** What the containers of a pod were told to run, where it says so. */
const commandsOf = ({ spec }: Pod): readonly string[] =>
  (spec?.containers ?? []).flatMap(({ name, command = [], args = [] }) =>
    command.length + args.length > 0
      ? [`container ${name} runs: ${[...command, ...args].map(shellWord).join(' ')}`]
      : [],
  )

/** A backend that is no pod: the host, or a program of a node. */
function endpointClosed(
  facts: ClusterFacts,
  service: Service,
  { address, port }: { readonly address: string; readonly port: number },
  protocol: Protocol,
): Finding {
  const node = nodeAt(facts, address)?.metadata?.name
  const sockets = facts.listening[facts.network.hostAddresses.includes(address) ? 'host' : `node/${node}`] ?? []
  const own = sockets.filter((one) => one.protocol === protocol)
  const open = own.filter((one) => [address, '0.0.0.0', '::'].includes(one.address)).map((one) => one.port)
  const loopback = own.some((one) => one.port === port && isLoopback(one.address))
  return {
    reason: 'endpoint-closed',
    message: `an endpoint of ${keyOf(service)} is ${socketText(address, port)}, and nothing listens there (${protocol})`,
    details: [
      loopback
        ? 'a program listens on that port at its loopback address only: let it listen at 0.0.0.0 or ::'
        : `open there: ${listed(
            [...new Set(open)]
              .sort((a, b) => a - b)
              .slice(0, 15)
              .map(String),
          )}; start the program, or write its port into the EndpointSlice`,
    ],
    cures: [endpointsOf(service)],
  }
}

const targetText = (port: ServicePort | undefined, number: number): string =>
  typeof port?.targetPort === 'string' && port.targetPort !== '' ? `${port.targetPort} (${number})` : String(number)

function headlessPort(
  question: Question,
  service: Service,
  port: ServicePort | undefined,
  asked: number,
  open: readonly number[],
  fault: string,
  details: readonly string[],
  logs: Cure,
): Finding {
  const target = typeof port?.targetPort === 'number' && open.includes(port.targetPort) ? port.targetPort : open[0]
  const host = question.to.replace(/:[\w-]+$/, '')
  return {
    reason: 'headless-port',
    message: `${keyOf(service)} is headless: there is no ClusterIP and nothing translates its port, so ${asked} is asked of the pods themselves, and they ${fault}`,
    details,
    cures: target === undefined ? [logs] : [ask(question, 'ask the port that the pods listen on', `${host}:${target}`)],
  }
}
