import type { ApiObject } from '#api/resource.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import { claimantText } from '#forwarding/host-port-key.ts'
import type { ServiceFault } from '#reconciler/services/service-fault.ts'
import type { ClusterEvents } from './cluster-events.ts'

interface Reporting {
  readonly node: string
  /** The Service, or the pod whose host ports it is about. */
  readonly find: (key: string) => ApiObject | undefined
  /** For what is the node's own: each node has its Event, which names it. */
  readonly events: EventRecorder
  /** For what every node finds alike: one Event of all of them. */
  readonly clusterEvents: ClusterEvents
  readonly log: (message: string, error?: unknown) => void
}

/** A health check port that this node cannot serve. */
export const reportHealthPort = (service: string, message: string, to: Reporting): void => {
  to.log(`Service ${service}: ${message}`)
  const object = to.find(service)
  if (object) to.events.record(object, 'Warning', 'FailedToStartServiceHealthcheck', message)
}

/** `Service default/web`, or `pod default/web` where its host ports are meant. */
const subject = (key: string): string => {
  const text = claimantText(key)
  return text === key ? `Service ${key}` : text
}

/** Says what a node's proxy met: in the log, and as an Event of the Service where one is meant. */
export const reportFault = (fault: ServiceFault, to: Reporting): void => {
  const about = (
    key: string,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    events: EventRecorder | ClusterEvents = to.events,
  ): void => {
    const service = to.find(key)
    if (service) events.record(service, type, reason, message)
  }
  switch (fault.kind) {
    case 'refused':
      to.log(`${subject(fault.service)} is not in the kernel`, fault.error)
      about(
        fault.service,
        'Warning',
        'KernelRefused',
        `the kernel of ${to.node} refused this Service's rules, which is tried again: ${fault.error.message}`,
      )
      break
    case 'claim-lost':
      to.log(`${subject(fault.service)} does not get ${fault.frontend}: ${claimantText(fault.winner)} has it`)
      about(
        fault.service,
        'Warning',
        'AddressTaken',
        `${fault.frontend} belongs to the older ${subject(fault.winner)}; free it there, or use another here`,
        // Who is the older is the same everywhere.
        to.clusterEvents,
      )
      break
    case 'no-local-endpoints':
      // Of each node that has no pod of the Service: news for who asks that node, not a fault of the cluster.
      about(
        fault.service,
        'Normal',
        'NoLocalEndpoints',
        `traffic policy Local and no ready endpoint on ${to.node}: it drops what comes to ${fault.frontends.join(', ')}`,
      )
      break
    case 'conntrack':
      to.log('stale UDP flows could not be deleted', fault.error)
      break
    case 'tables':
      to.log('the tables themselves are refused', fault.error)
      break
  }
}
