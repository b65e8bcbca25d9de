import { servicePortOf } from './affinity.ts'
import { clusterChoice, localChoice } from './choice.ts'
import type { Hit } from './clause.ts'
import { find } from './contract.ts'
import { endpointsOf } from './endpoints.ts'
import type { Backend, Cluster, Packet } from './model.ts'

/** A UDP flow: its first packet, and who was given it; undefined: it went on untranslated. */
export interface Flow {
  readonly packet: Packet
  readonly backend: Pick<Backend, 'address' | 'port'> | undefined
}

const silent: Hit = () => {}

/** Whether a flow of before must not go on after a change, since UDP has no end by which its client would be asked again. */
export function isStale(before: Cluster, after: Cluster, { packet, backend }: Flow, hit: Hit): boolean {
  const tell = (clause: Parameters<Hit>[0], stale: boolean) => {
    hit(clause)
    return stale
  }
  const [was, is] = [find(before, packet, silent), find(after, packet, silent)]
  const endpoints = is && endpointsOf(is.service, is.servicePort, is.family, after.slices, silent)
  const choices = endpoints && [
    clusterChoice(endpoints, after.node, silent),
    localChoice(endpoints, after.node, silent),
  ]
  const usable = (choices ?? []).flatMap((choice) => (typeof choice === 'string' ? [] : choice))
  if (backend === undefined) return was === undefined && usable.length > 0 && tell('flows/untranslated', true)
  if (was === undefined) return false
  // An address of the node that is, or was, somebody's frontend at the number of a node port: nothing is promised when one takes the other's place.
  if (is !== undefined && (was.address === undefined) !== (is.address === undefined)) return false
  if (is === undefined || servicePortOf(is) !== servicePortOf(was)) return tell('flows/frontend-gone', true)
  if (usable.some(({ address, port }) => address === backend.address && port === backend.port))
    return tell('flows/kept', false)
  return tell('flows/endpoint-gone', true)
}
