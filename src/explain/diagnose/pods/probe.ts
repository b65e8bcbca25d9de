import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { closestPort, openPorts } from '../../cluster/listening.ts'
import { podAddresses } from '../../cluster/lookup.ts'
import type { Cure } from '../../trace/cure.ts'
import type { ProbeAction, ProbeFacts } from '../../trace/findings/pods.ts'
import { look, patch, where } from '../cure.ts'
import { deploymentOf } from './owner.ts'

type Probe = NonNullable<NonNullable<NonNullable<Pod['spec']>['containers']>[number]['readinessProbe']>

const containerOf = (pod: Pod, container: string) => pod.spec?.containers?.find(({ name }) => name === container)

/** What the readiness probe of a container asks; undefined where it has none. */
export function probeFacts(pod: Pod, container: string): ProbeFacts | undefined {
  const probe = containerOf(pod, container)?.readinessProbe
  return (
    probe && {
      asks: actionOf(pod, probe),
      timeoutSeconds: probe.timeoutSeconds || 1,
      periodSeconds: probe.periodSeconds || 10,
      initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    }
  )
}

function actionOf(pod: Pod, { httpGet, tcpSocket, exec, grpc }: Probe): ProbeAction {
  if (exec) return { kind: 'exec', command: exec.command ?? [] }
  const [own] = podAddresses(pod)
  const host = httpGet?.host || tcpSocket?.host || own
  const to = { ...(host && { host }), port: String(httpGet?.port ?? tcpSocket?.port ?? grpc?.port) }
  if (httpGet)
    return { kind: 'http', scheme: (httpGet.scheme || 'HTTP').toLowerCase(), ...to, path: httpGet.path ?? '/' }
  return { kind: tcpSocket ? 'tcp' : 'grpc', ...to }
}

/**
 * A probe that knocks where nothing listens is led to where something does. Pods cannot change their probes: only their
 * Deployment can.
 */
export function probeCures(facts: ClusterFacts, pod: Pod, container: string): readonly Cure[] {
  const { readinessProbe, ports = [] } = containerOf(pod, container) ?? {}
  const exec = readinessProbe?.exec?.command
  if (exec) {
    const { name = '', namespace } = pod.metadata ?? {}
    const command = ['kubectl', 'exec', name, ...where(namespace), '-c', container, '--', ...exec]
    return [look({ code: 'run-probe' }, ...command)]
  }
  const kind = readinessProbe?.httpGet ? 'httpGet' : readinessProbe?.tcpSocket ? 'tcpSocket' : undefined
  const asked = readinessProbe?.httpGet?.port ?? readinessProbe?.tcpSocket?.port
  const number = typeof asked === 'number' ? asked : ports.find(({ name }) => name === asked)?.containerPort
  const owner = deploymentOf(facts, pod)
  const open = openPorts(facts, pod, 'TCP') ?? []
  if (kind === undefined || open.length === 0 || owner === undefined) return []
  if (number !== undefined && open.includes(number)) return []
  const value = closestPort(number, open)
  const index = pod.spec?.containers?.findIndex(({ name }) => name === container) ?? -1
  return [
    patch({ code: 'probe-port', port: value, asked: String(asked) }, 'deployment', owner, [
      { op: 'replace', path: `/spec/template/spec/containers/${index}/readinessProbe/${kind}/port`, value },
    ]),
  ]
}
