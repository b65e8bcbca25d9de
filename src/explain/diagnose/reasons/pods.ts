import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { isReady } from '#objects/conditions.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { closestPort, openPorts } from '../../cluster/listening.ts'
import { podAddresses } from '../../cluster/lookup.ts'
import { nearest } from '../../cluster/nearest.ts'
import { troubleOf, warningsOf } from '../../cluster/pod-trouble.ts'
import type { Cure } from '../../trace/cure.ts'
import type { ContainerLog, Finding, Told } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Trouble } from '../../trace/trouble.ts'
import { shellWord } from '../../words/command.ts'
import { listed } from '../../words/text.ts'
import { troubleText } from '../../words/trouble.ts'
import { ask, look, patch, run, where } from '../cure.ts'
import { scheduling } from './scheduling.ts'

const REASONS: Readonly<Record<Trouble['kind'], Told['reason']>> = {
  unscheduled: 'pods-pending',
  image: 'image-unknown',
  crash: 'pods-crash',
  starting: 'pods-starting',
  waiting: 'pods-starting',
  probe: 'pods-not-ready',
  gate: 'pods-not-ready',
  node: 'node-lost',
  // Pods that end or leave are told of before: what is asked of here stays.
  ended: 'pods-starting',
  leaving: 'pods-starting',
}

/** None of a Service's pods is ready: what keeps each of them from it. The first one's cure stands for all. */
export function notReady(facts: ClusterFacts, question: Question, service: Service, pods: readonly Pod[]): Finding {
  const troubles = pods.map((pod) => ({ pod, trouble: troubleOf(facts, pod) }))
  const [first] = troubles
  const details = troubles
    .slice(0, 5)
    .map(({ pod, trouble }) => `pod ${keyOf(pod)}: ${trouble ? troubleText(trouble) : 'not ready'}`)
  if (troubles.length > 5) details.push(`and ${troubles.length - 5} more`)
  const more: Remedy =
    first?.trouble === undefined ? { cures: [] } : remedyOf(facts, question, first.pod, first.trouble)
  return {
    reason: REASONS[first?.trouble?.kind ?? 'starting'],
    message: `no pod of ${keyOf(service)} is ready: ${first?.trouble ? troubleText(first.trouble) : 'not ready'}`,
    details: [...details, ...(more.details ?? [])],
    cures: more.cures,
    ...(more.log && { log: more.log }),
  }
}

/** What keeps the programs of a pod that was asked by itself from running: nothing can listen before they do. */
export function podDown(facts: ClusterFacts, question: Question, pod: Pod): Finding | undefined {
  const trouble = troubleOf(facts, pod)
  if (trouble === undefined || !['image', 'crash', 'unscheduled'].includes(trouble.kind)) return undefined
  const { cures, details = [], log } = remedyOf(facts, question, pod, trouble)
  return {
    reason: REASONS[trouble.kind],
    message: `pod ${keyOf(pod)} is not ready: ${troubleText(trouble)}`,
    details,
    cures,
    ...(log && { log }),
  }
}

/** The Deployment that made a pod, by way of its ReplicaSet. */
export function deploymentOf(facts: ClusterFacts, pod: Pod): Deployment | undefined {
  const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller)
  if (owner?.kind !== 'ReplicaSet') return undefined
  const hash = pod.metadata?.labels?.['pod-template-hash']
  return facts.deployments.find(
    ({ metadata }) => metadata?.namespace === pod.metadata?.namespace && `${metadata?.name}-${hash}` === owner.name,
  )
}

interface Remedy {
  readonly cures: readonly Cure[]
  readonly details?: readonly string[]
  readonly log?: ContainerLog
}

function remedyOf(facts: ClusterFacts, question: Question, pod: Pod, trouble: Trouble): Remedy {
  const { name = '', namespace = '' } = pod.metadata ?? {}
  const container = 'container' in trouble ? (trouble.container ?? '') : ''
  const describe = look('all that is told of the pod', 'kubectl', 'describe', 'pod', name, ...where(namespace))
  const logs = (effect: string, ...more: readonly string[]) =>
    look(effect, 'kubectl', 'logs', name, ...where(namespace), '-c', container, ...more)
  switch (trouble.kind) {
    case 'image': {
      const cures = imageCures(facts, pod, trouble)
      const known = facts.images.length > 0 ? [`images that are here without a registry: ${listed(facts.images)}`] : []
      return { cures: [...cures, describe], details: cures.length > 0 ? [] : known }
    }
    case 'crash': {
      // It may be on its feet again for a moment: then what it said before is the former container’s.
      const { previous, said } = trouble
      const log = { namespace, pod: name, container, previous }
      const details = [...commandText(pod, container), ...(said ? [`it left the message: ${said}`] : [])]
      return {
        cures: [logs('what it said before it ended', ...(previous ? ['--previous'] : [])), describe],
        details,
        log,
      }
    }
    case 'unscheduled': {
      const { cures, details } = scheduling(facts, pod, deploymentOf(facts, pod))
      return { cures: [...cures, describe], details }
    }
    case 'probe': {
      const cures = probeCures(facts, pod, container)
      const details = probeText(facts, pod, container)
      const log = cures.some(({ kind }) => kind === 'run')
        ? undefined
        : { namespace, pod: name, container, previous: false }
      return { cures: [...cures, logs('what the container says'), describe], details, ...(log && { log }) }
    }
    case 'gate':
      return gateRemedy(pod, trouble, describe)
    case 'node':
      return lostRemedy(facts, pod)
    case 'waiting':
    case 'starting': {
      const cures = missingObjects(facts, pod, trouble)
      return {
        cures:
          cures.length > 0 ? [...cures, describe] : [ask(question, 'ask again in a moment', question.to), describe],
      }
    }
    default:
      return { cures: [describe] }
  }
}

/**
 * ConfigMaps and Secrets that the pod names and that are not there, as the kubelet says; empty ones let it start,
 * unless it wants a key of them.
 */
function missingObjects(
  facts: ClusterFacts,
  pod: Pod,
  { message = '' }: { readonly message?: string },
): readonly Cure[] {
  const { volumes = [], containers = [], initContainers = [] } = pod.spec ?? {}
  const all = [...containers, ...initContainers]
  const env = all.flatMap((one) => one.env ?? []).map(({ valueFrom }) => valueFrom)
  const sources = all.flatMap((one) => one.envFrom ?? [])
  const names = (texts: readonly (string | undefined)[]) => [...new Set(texts.flatMap((text) => text || []))]
  const configMaps = names([
    ...env.map((one) => one?.configMapKeyRef?.name),
    ...sources.map((one) => one.configMapRef?.name),
    ...volumes.map((one) => one.configMap?.name),
  ])
  const secrets = names([
    ...env.map((one) => one?.secretKeyRef?.name),
    ...sources.map((one) => one.secretRef?.name),
    ...volumes.map((one) => one.secret?.secretName),
  ])
  const told = [message, ...warningsOf(facts, pod)]
  const says = (kind: string, name: string) => told.some((text) => text.includes(`${kind} "${name}" not found`))
  const { namespace } = pod.metadata ?? {}
  const effect = 'make it, empty; what it holds is for you to say'
  return [
    ...configMaps
      .filter((name) => says('configmap', name))
      .map((name) => run(effect, 'kubectl', 'create', 'configmap', name, ...where(namespace))),
    ...secrets
      .filter((name) => says('secret', name))
      .map((name) => run(effect, 'kubectl', 'create', 'secret', 'generic', name, ...where(namespace))),
  ]
}

/** What a container was told to run, where the pod says so. */
function commandText(pod: Pod, container: string): readonly string[] {
  const { command = [], args = [] } = pod.spec?.containers?.find(({ name }) => name === container) ?? {}
  return command.length + args.length === 0 ? [] : [`it runs: ${[...command, ...args].map(shellWord).join(' ')}`]
}

/** What the probe asks, and what stands against it. */
function probeText(facts: ClusterFacts, pod: Pod, container: string): readonly string[] {
  const spec = pod.spec?.containers?.find(({ name }) => name === container)
  const { readinessProbe: probe } = spec ?? {}
  if (probe === undefined) return []
  const at = podAddresses(pod)[0] ?? 'the pod'
  const { httpGet, tcpSocket, exec, grpc } = probe
  const asks = httpGet
    ? `GET ${(httpGet.scheme || 'HTTP').toLowerCase()}://${httpGet.host || at}:${httpGet.port}${httpGet.path ?? '/'}, which must answer 200 to 399`
    : tcpSocket
      ? `a connection to ${tcpSocket.host || at}:${tcpSocket.port}`
      : exec
        ? `${(exec.command ?? []).map(shellWord).join(' ')}, which must end with 0`
        : `the gRPC health check at ${at}:${grpc?.port}`
  const open = openPorts(facts, pod, 'TCP')
  return [
    `its readiness probe: ${asks}, within ${probe.timeoutSeconds || 1} s, every ${probe.periodSeconds || 10} s${probe.initialDelaySeconds ? `, ${probe.initialDelaySeconds} s after its start at the earliest` : ''}`,
    ...(open === undefined
      ? []
      : [open.length === 0 ? 'it listens on no TCP port' : `it listens on ${listed(open.map(String))}`]),
  ]
}

/** What a Deployment made is made anew on another node, as soon as the pod of the lost one counts no more. */
function lostRemedy(facts: ClusterFacts, pod: Pod): Remedy {
  const { name = '', namespace } = pod.metadata ?? {}
  const tell = look('what is told of the node', 'kubectl', 'describe', 'node', pod.spec?.nodeName ?? '')
  if (deploymentOf(facts, pod) === undefined)
    return {
      cures: [tell],
      details: ['nothing makes the pod anew elsewhere: it comes back with its node, or not at all'],
    }
  const details = [
    'what the lost node held is made anew elsewhere when the pods are evicted, after five minutes as a rule',
  ]
  if (!facts.nodes.some(isReady)) return { cures: [tell], details: [...details, 'but no other node is Ready'] }
  const effect = 'let its Deployment make another at once, on a node that is Ready'
  return { cures: [run(effect, 'kubectl', 'delete', 'pod', name, ...where(namespace), '--wait=false'), tell], details }
}

/** A gate is opened by whoever wrote it; a person may do so by hand. */
function gateRemedy(pod: Pod, { gate }: Trouble & { kind: 'gate' }, describe: Cure): Remedy {
  const { name = '', namespace } = pod.metadata ?? {}
  const body = { status: { conditions: [{ type: gate, status: 'True' }] } }
  return {
    details: [`some controller of yours sets the condition ${gate} of the pod's status: is it there, and does it run?`],
    cures: [
      run(
        'or set it by hand, where that controller does not come',
        ...[
          'kubectl',
          'patch',
          'pod',
          name,
          ...where(namespace),
          '--subresource',
          'status',
          '-p',
          JSON.stringify(body),
        ],
      ),
      describe,
    ],
  }
}

function imageCures(facts: ClusterFacts, pod: Pod, { container, image }: Trouble & { kind: 'image' }): readonly Cure[] {
  const { name = '', namespace } = pod.metadata ?? {}
  const owner = deploymentOf(facts, pod)
  const object = owner === undefined ? `pod/${name}` : `deployment/${owner.metadata?.name}`
  return nearest(image, facts.images, 1).map((known) =>
    run(
      `use ${known}, which is there`,
      'kubectl',
      'set',
      'image',
      object,
      ...where(namespace),
      `${container}=${known}`,
    ),
  )
}

/**
 * A probe that knocks where nothing listens is led to where something does. Pods cannot change their probes: only their
 * Deployment can.
 */
function probeCures(facts: ClusterFacts, pod: Pod, container: string | undefined): readonly Cure[] {
  const owner = deploymentOf(facts, pod)
  const open = openPorts(facts, pod, 'TCP')
  const index = pod.spec?.containers?.findIndex(({ name }) => name === container) ?? -1
  const spec = pod.spec?.containers?.[index]
  const { readinessProbe } = spec ?? {}
  const exec = readinessProbe?.exec?.command
  if (exec) {
    const { name = '', namespace } = pod.metadata ?? {}
    return [
      look('run the probe by hand', 'kubectl', 'exec', name, ...where(namespace), '-c', container ?? '', '--', ...exec),
    ]
  }
  const kind = readinessProbe?.httpGet ? 'httpGet' : readinessProbe?.tcpSocket ? 'tcpSocket' : undefined
  const asked = readinessProbe?.httpGet?.port ?? readinessProbe?.tcpSocket?.port
  const number = typeof asked === 'number' ? asked : spec?.ports?.find(({ name }) => name === asked)?.containerPort
  if (kind === undefined || open === undefined || open.length === 0 || owner === undefined) return []
  if (number !== undefined && open.includes(number)) return []
  const value = closestPort(number, open)
  return [
    patch(`let the probe ask ${value}, where the container listens; nothing listens on ${asked}`, 'deployment', owner, [
      { op: 'replace', path: `/spec/template/spec/containers/${index}/readinessProbe/${kind}/port`, value },
    ]),
  ]
}
