import { atMost, byDefault, limitsOf, type MessageLimits } from '../definition/limits.ts'
import { CONDITIONS, waiting } from '../shared/limits.ts'
import { listeners } from '../shared/listener-limits.ts'
import { aParent } from '../shared/route-limits.ts'
import { ListenerSet, ListenerSetSpec, ListenerSetStatus, ParentGatewayReference } from './message.ts'

const WAITING = waiting('Accepted', 'Programmed')

export const listenerSetLimits: readonly MessageLimits[] = [
  limitsOf(ListenerSet, {
    spec: ['The listeners, and the Gateway that they are added to.'],
    status: ['What its controller says of it.', byDefault({ conditions: WAITING })],
  }),
  limitsOf(ListenerSetSpec, { parentRef: ['The Gateway that the listeners are added to.'], listeners }),
  limitsOf(ParentGatewayReference, aParent),
  limitsOf(ListenerSetStatus, {
    conditions: ['What is said of it.', CONDITIONS, byDefault(WAITING)],
    listeners: ['What is said of each listener.', atMost(64)],
  }),
]
