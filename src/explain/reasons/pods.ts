import type { Deployment } from '#api/apps-v1.ts'
import type { Node, Pod, Service } from '#api/core-v1.ts'
import { look, patch, run, where } from '../cure.ts'
import type { Cure, Finding } from '../explanation.ts'
import type { ClusterFacts } from '../facts.ts'
import { openPorts } from '../listening.ts'
import { listed, nameOf } from '../names.ts'
import { nearest } from '../nearest.ts'
import { type Trouble, troubleOf } from '../pod-trouble.ts'

const REASONS: Readonly<Record<Trouble['kind'], string>> = {
  unscheduled: 'pods-pending',
  image: 'image-unknown',
  crash: 'pods-crash',
  starting: 'pods-starting',
  probe: 'pods-not-ready',
  gate: 'pods-not-ready',
  ended: 'pods-ended',
  leaving: 'only-terminating',
  node: 'node-lost',
}

/** None of a Service's pods is ready: what keeps each of them from it. The first one's cure stands for all. */
export function notReady(facts: ClusterFacts, service: Service, pods: readonly Pod[]): Finding {
  const troubles = pods.map((pod) => ({ pod, trouble: troubleOf(facts, pod) }))
  const [first] = troubles
  const details = troubles
    .slice(0, 5)
    .map(({ pod, trouble }) => `pod ${nameOf(pod)}: ${trouble?.message ?? 'not ready'}`)
  if (troubles.length > 5) details.push(`and ${troubles.length - 5} more`)
  return {
    reason: REASONS[first?.trouble?.kind ?? 'starting'],
    message: `no pod of ${nameOf(service)} is ready: ${first?.trouble?.message ?? 'not ready'}`,
    details,
    cures: first?.trouble === undefined ? [] : curesOf(facts, first.pod, first.trouble),
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

function curesOf(facts: ClusterFacts, pod: Pod, trouble: Trouble): readonly Cure[] {
  const { name = '', namespace } = pod.metadata ?? {}
  const describe = look('all that is told of the pod', 'kubectl', 'describe', 'pod', name, ...where(namespace))
  switch (trouble.kind) {
    case 'image':
      return [...imageCures(facts, pod, trouble), describe]
    case 'crash':
      return [
        look(
          'what it said before it ended',
          'kubectl',
          'logs',
          name,
          ...where(namespace),
          '-c',
          trouble.container ?? '',
          '--previous',
        ),
        describe,
      ]
    case 'unscheduled':
      return [...schedulingCures(facts, pod), describe]
    case 'probe':
      return [...probeCures(facts, pod, trouble.container), describe]
    default:
      return [describe]
  }
}

function imageCures(facts: ClusterFacts, pod: Pod, { container = '', image = '' }: Trouble): readonly Cure[] {
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

/** A probe that knocks where nothing listens is led to where something does. Pods cannot change their probes: only their Deployment can. */
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

export const closestPort = (wanted: number | undefined, open: readonly number[]): number =>
  [...open].sort((a, b) => Math.abs(a - (wanted ?? 0)) - Math.abs(b - (wanted ?? 0)))[0] as number

function schedulingCures(facts: ClusterFacts, pod: Pod): readonly Cure[] {
  const { nodeSelector = {} } = pod.spec ?? {}
  const wanted = Object.entries(nodeSelector)
  const fits = (node: Node) => wanted.every(([key, value]) => node.metadata?.labels?.[key] === value)
  const cordoned = facts.nodes.filter((node) => node.spec?.unschedulable && fits(node))
  if (wanted.length > 0 && !facts.nodes.some(fits)) {
    const open = facts.nodes.filter((node) => !node.spec?.unschedulable)
    const most = [...open].sort((a, b) => matching(b, wanted) - matching(a, wanted))[0]
    if (most === undefined) return []
    const missing = wanted.filter(([key, value]) => most.metadata?.labels?.[key] !== value)
    const labels = missing.map(([key, value]) => `${key}=${value}`)
    return [
      run(
        `give a node the labels that its nodeSelector wants: ${listed(labels)}`,
        'kubectl',
        'label',
        'node',
        most.metadata?.name ?? '',
        ...labels,
        '--overwrite',
      ),
    ]
  }
  if (cordoned.length === 0 || facts.nodes.some((node) => !node.spec?.unschedulable && fits(node))) return []
  return cordoned
    .slice(0, 1)
    .map((node) => run('let the node take pods again', 'kubectl', 'uncordon', node.metadata?.name ?? ''))
}

const matching = (node: Node, wanted: readonly (readonly [string, string])[]): number =>
  wanted.filter(([key, value]) => node.metadata?.labels?.[key] === value).length
