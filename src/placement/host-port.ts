import type { Pod } from '#api/core/pod/message.ts'
import { keyOf } from '#objects/object-key.ts'
import type { NodeState } from './cluster-state.ts'
import type { Obstacle } from './obstacle.ts'

/** A port of the node itself that a container takes; `ip` is `0.0.0.0` for all addresses. */
interface HostPort {
  readonly protocol: string
  readonly ip: string
  readonly port: number
}

const hostPortsOf = (pod: Pod): readonly HostPort[] =>
  [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always')]
    .flatMap(({ ports = [] }) => ports)
    .map((port) => ({
      protocol: port.protocol ?? 'TCP',
      ip: port.hostIP || '0.0.0.0',
      port: port.hostPort || (pod.spec?.hostNetwork ? port.containerPort : 0),
    }))
    .filter(({ port }) => port > 0)

const ANY = new Set(['0.0.0.0', '::'])

const collide = (one: HostPort, other: HostPort): boolean =>
  one.port === other.port &&
  one.protocol === other.protocol &&
  (one.ip === other.ip || ANY.has(one.ip) || ANY.has(other.ip))

/** Another pod of the node holds a host port that this one wants. */
export const hostPortTaken = (pod: Pod, { pods }: NodeState): Obstacle | undefined => {
  const wanted = hostPortsOf(pod)
  if (wanted.length === 0) return undefined
  for (const holder of pods) {
    const held = hostPortsOf(holder)
    const port = wanted.find((one) => held.some((other) => collide(one, other)))
    if (port) return { code: 'host-port-taken', ...port, holder: keyOf(holder) }
  }
  return undefined
}
