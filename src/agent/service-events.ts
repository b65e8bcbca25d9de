import type { Service } from '#api/core-v1.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { ServiceFault } from '#reconciler/service-proxy.ts'

export interface Reporting {
  readonly find: (key: string) => Service | undefined
  readonly events: EventRecorder
  readonly log: (message: string, error?: unknown) => void
}

/** A health check port that this node cannot serve. */
export const reportHealthPort = (service: string, message: string, to: Reporting): void => {
  to.log(`Service ${service}: ${message}`)
  const object = to.find(service)
  if (object) to.events.record(object, 'Warning', 'FailedToStartServiceHealthcheck', message)
}

/** Says what a node's proxy met: in the log, and as an Event of the Service where one is meant. */
export const reportFault = (fault: ServiceFault, to: Reporting): void => {
  const about = (key: string, type: 'Normal' | 'Warning', reason: string, message: string): void => {
    const service = to.find(key)
    if (service) to.events.record(service, type, reason, message)
  }
  switch (fault.kind) {
    case 'refused':
      to.log(`Service ${fault.service} is not in the kernel`, fault.error)
      about(
        fault.service,
        'Warning',
        'KernelRefused',
        `the kernel refused this Service's rules, which is tried again: ${fault.error.message}`,
      )
      break
    case 'claim-lost':
      to.log(`Service ${fault.service} does not get ${fault.frontend}: ${fault.winner} has it`)
      about(
        fault.service,
        'Warning',
        'AddressTaken',
        `${fault.frontend} belongs to the older Service ${fault.winner}; free it there, or use another here`,
      )
      break
    case 'no-local-endpoints':
      // Of each node that has no pod of the Service: news for who asks that node, not a fault of the cluster.
      about(
        fault.service,
        'Normal',
        'NoLocalEndpoints',
        `traffic policy Local and no ready endpoint on this node: it drops what comes to ${fault.frontends.join(', ')}`,
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
