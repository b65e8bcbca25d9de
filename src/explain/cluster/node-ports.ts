import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { NodePortOf } from '../trace/findings/address.ts'
import type { ClusterFacts } from './facts.ts'
import { refOf } from './reference.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** A port of a Service that nodes answer for. */
interface NodePort {
  readonly service: Service
  readonly servicePort: ServicePort
  readonly port: number
  readonly protocol: Protocol
}

/** The node ports that Services have: a Service that changed its type may still have the number. */
export const nodePortsOf = ({ services }: ClusterFacts): readonly NodePort[] =>
  services
    .filter(({ spec }) => spec?.type === 'NodePort' || spec?.type === 'LoadBalancer')
    .flatMap((service) =>
      (service.spec?.ports ?? []).flatMap((servicePort) =>
        servicePort.nodePort
          ? [{ service, servicePort, port: servicePort.nodePort, protocol: servicePort.protocol || 'TCP' }]
          : [],
      ),
    )

/** As the trace has it. */
export const nodePortRef = ({ service, port, protocol }: NodePort): NodePortOf => ({
  port,
  protocol,
  service: refOf('Service', service),
})
