import type { ListenerOwner } from '../../cluster/listener-owners.ts'
import { look, where } from '../../diagnose/cure.ts'
import type { Cure } from '../../trace/cure.ts'
import type { ObjectRef } from '../../trace/reference.ts'

/** `kubectl describe` of a route. */
export const lookAt = ({ kind, namespace, name }: ObjectRef): Cure =>
  look({ code: 'show-route' }, 'kubectl', 'describe', kind.toLowerCase(), name, ...where(namespace))

/** `kubectl describe` of a Gateway. */
export const lookAtGateway = ({ namespace, name }: ObjectRef): Cure =>
  look({ code: 'show-gateway' }, 'kubectl', 'describe', 'gateway', name, ...where(namespace))

/** `kubectl describe` of a Gateway or of a ListenerSet. */
export const lookAtOwner = ({ word, ref }: Pick<ListenerOwner, 'word' | 'ref'>): Cure =>
  word === 'gateway'
    ? lookAtGateway(ref)
    : look({ code: 'show-listener-set' }, 'kubectl', 'describe', word, ref.name, ...where(ref.namespace))

/** All that names may be served by. */
export const lookAtRoutes: Cure = look(
  { code: 'show-route' },
  ...['kubectl', 'get', 'httproutes,grpcroutes,tlsroutes,ingresses', '-A'],
)
