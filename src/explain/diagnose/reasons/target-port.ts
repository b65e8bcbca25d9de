import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { closestPort, declaredPorts, listens, openPorts, portsTold, socketsOf } from '../../cluster/listening.ts'
import { backendPod, isLoopback, nodeAt } from '../../cluster/lookup.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { ContainerCommand } from '../../trace/findings/target-port.ts'
import type { Question } from '../../trace/question.ts'
import type { Socket } from '../../trace/reference.ts'
import { ask, endpointsOf, look, patch, portIndex, where } from '../cure.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

const setTarget = (service: Service, port: ServicePort, value: number | string): Cure =>
  patch({ code: 'lead-port-to', port: port.port, target: String(value) }, 'service', service, [
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
  return {
    reason: 'target-port-unknown',
    service: refOf('Service', service),
    targetPort,
    protocol,
    declared,
    open,
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
  const { name = '', namespace } = pod.metadata ?? {}
  const logs = look({ code: 'show-log', of: 'pod' }, 'kubectl', 'logs', name, ...where(namespace))
  const about = { pod: refOf('Pod', pod), port: backend.port, protocol }
  if (state === 'loopback-only')
    return {
      reason: 'listens-on-loopback',
      ...about,
      sockets: loopbackSockets(facts, pod, protocol),
      commands: commandsOf(pod),
      cures: [logs],
    }
  const closed = { ...about, ...(known && { open: known }), declared }
  if (service !== undefined && isHeadless(service)) {
    const told = known ?? portsTold(facts, service, backend.address, protocol)
    const target = typeof port?.targetPort === 'number' && told.includes(port.targetPort) ? port.targetPort : told[0]
    const host = question.to.replace(/:[\w-]+$/, '')
    return {
      reason: 'headless-port',
      ...closed,
      service: refOf('Service', service),
      told: known === undefined,
      cures: target === undefined ? [logs] : [ask(question, { code: 'ask-pods-port' }, `${host}:${target}`)],
    }
  }
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
  else if (best !== undefined) cures.push(ask(question, { code: 'ask-listening-port' }, `pod/${keyOf(pod)}:${best}`))
  const [container] = pod.spec?.containers ?? []
  const log = { namespace: namespace ?? '', pod: name, container: container?.name ?? '', previous: false }
  const targetName = typeof port?.targetPort === 'string' && port.targetPort !== '' ? port.targetPort : undefined
  return {
    reason: 'target-port-closed',
    ...closed,
    ...(service && { service: refOf('Service', service) }),
    ...(targetName !== undefined && { targetPort: targetName }),
    commands: open.length === 0 ? commandsOf(pod) : [],
    cures: [...cures, logs],
    ...(open.length === 0 && { log }),
  }
}

const loopbackSockets = (facts: ClusterFacts, pod: Pod, protocol: Protocol): readonly Socket[] =>
  (socketsOf(facts, pod) ?? [])
    .filter((one) => one.protocol === protocol && isLoopback(one.address))
    .map(({ address, port }) => ({ address, port }))

/** What the containers of a pod were told to run, where it says so. */
const commandsOf = ({ spec }: Pod): readonly ContainerCommand[] =>
  (spec?.containers ?? []).flatMap(({ name, command = [], args = [] }) =>
    command.length + args.length > 0 ? [{ container: name, argv: [...command, ...args] }] : [],
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
  return {
    reason: 'endpoint-closed',
    service: refOf('Service', service),
    address,
    port,
    protocol,
    onLoopback: own.some((one) => one.port === port && isLoopback(one.address)),
    open: [...new Set(open)].sort((a, b) => a - b),
    cures: [endpointsOf(service)],
  }
}
