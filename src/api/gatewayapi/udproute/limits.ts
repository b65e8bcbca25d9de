import { count, limitsOf, type MessageLimits } from '../definition/limits.ts'
import { ONE_RULE_A_NAME, ruleName } from '../shared/route-limits.ts'
import { UDPRoute, UDPRouteRule, UDPRouteSpec } from './message.ts'

export const udpRouteLimits: readonly MessageLimits[] = [
  limitsOf(UDPRoute, {
    spec: ['Where what comes in by UDP goes.'],
    status: ['What the controllers of its parents say of it.'],
  }),
  limitsOf(UDPRouteSpec, { rules: ['Where it goes.', count(1, 16), ONE_RULE_A_NAME] }),
  limitsOf(UDPRouteRule, { name: ruleName, backendRefs: ['The backends, by weights.', count(1, 16)] }),
]
