import type { Pod } from '#api/core/pod/message.ts'
import { runningContainers } from '#objects/pod.ts'
import { isManaged } from '#routes/site-service.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { closestPort, declaredPorts, openPorts } from '../../cluster/listening.ts'
import { podAddresses } from '../../cluster/lookup.ts'
import type { Cure } from '../../trace/cure.ts'
import type { ProbeAction, ProbeFacts } from '../../trace/findings/pods.ts'
import type { Trouble } from '../../trace/trouble.ts'
import { look, patch, where } from '../cure.ts'
import { deploymentOf } from './owner.ts'

type Probe = NonNullable<NonNullable<NonNullable<Pod['spec']>['containers']>[number]['readinessProbe']>

type ProbeTrouble = Trouble & { readonly kind: 'probe' }

const containerOf = (pod: Pod, container: string) => pod.spec?.containers?.find(({ name }) => name === container)

const fieldOf = ({ failed }: ProbeTrouble) => (failed === 'startup' ? 'startupProbe' : 'readinessProbe')

/** What the probe of a container asks that fails; undefined where it has none. */
export function probeFacts(pod: Pod, trouble: ProbeTrouble): ProbeFacts | undefined {
  const probe = containerOf(pod, trouble.container)?.[fieldOf(trouble)]
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
 * Deployment can, if its controller is not ours, which takes it back.
 */
export function probeCures(facts: ClusterFacts, pod: Pod, trouble: ProbeTrouble): readonly Cure[] {
  const { container } = trouble
  const field = fieldOf(trouble)
  const { [field]: probe, ports = [] } = containerOf(pod, container) ?? {}
  const exec = probe?.exec?.command
  if (exec) {
    const { name = '', namespace } = pod.metadata ?? {}
    const command = ['kubectl', 'exec', name, ...where(namespace), '-c', container, '--', ...exec]
    return [look({ code: 'run-probe' }, ...command)]
  }
  const kind = probe?.httpGet ? 'httpGet' : probe?.tcpSocket ? 'tcpSocket' : undefined
  const asked = probe?.httpGet?.port ?? probe?.tcpSocket?.port
  const number = typeof asked === 'number' ? asked : ports.find(({ name }) => name === asked)?.containerPort
  const owner = deploymentOf(facts, pod)
  const all = openPorts(facts, pod, 'TCP') ?? []
  const open = all.filter((port) => isOwn(pod, container, port))
  if (kind === undefined || open.length === 0 || owner === undefined || isManaged(owner)) return []
  if (number !== undefined && all.includes(number)) return []
  const value = closestPort(number, open)
  const index = pod.spec?.containers?.findIndex(({ name }) => name === container) ?? -1
  return [
    patch({ code: 'probe-port', port: value, asked: String(asked) }, 'deployment', owner, [
      { op: 'replace', path: `/spec/template/spec/containers/${index}/${field}/${kind}/port`, value },
    ]),
  ]
}

/** Whether a port that is open in a pod is surely this container's: who listens there nobody knows but by what they declare. */
const isOwn = (pod: Pod, container: string, port: number): boolean => {
  const [first, ...others] = runningContainers(pod)
  if (first?.name === container && others.length === 0) return true
  return declaredPorts(pod, 'TCP').some((one) => one.container === container && one.port === port)
}
