import { count, limitsOf, type MessageLimits } from '../definition/limits.ts'
import { ONE_RULE_A_NAME, ruleName } from '../shared/route-limits.ts'
import { TCPRoute, TCPRouteRule, TCPRouteSpec } from './message.ts'

export const tcpRouteLimits: readonly MessageLimits[] = [
  limitsOf(TCPRoute, {
    spec: ['Where what comes in by TCP goes.'],
    status: ['What the controllers of its parents say of it.'],
  }),
  limitsOf(TCPRouteSpec, { rules: ['Where it goes.', count(1, 16), ONE_RULE_A_NAME] }),
  limitsOf(TCPRouteRule, { name: ruleName, backendRefs: ['The backends, by weights.', count(1, 16)] }),
]
