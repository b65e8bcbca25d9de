import { count, type FieldLimits, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { hostnames, ONE_RULE_A_NAME, ruleName } from '../shared/route-limits.ts'
import { TLSRoute, TLSRouteRule, TLSRouteSpec } from './message.ts'
import { TLSRouteSpecV1alpha2, TLSRouteV1alpha2 } from './v1alpha2.ts'

const NAME = `'^(${texts.SUBDOMAIN.replaceAll('\\', '\\\\')})$'`
const [, ...NAMES] = hostnames
const route: { readonly spec: FieldLimits; readonly status: FieldLimits } = {
  spec: ['Which connections go where, by the name that their TLS asks for.'],
  status: ['What the controllers of its parents say of it.'],
}

export const tlsRouteLimits: readonly MessageLimits[] = [
  limitsOf(TLSRoute, route),
  limitsOf(TLSRouteSpec, {
    hostnames: [
      'The names that TLS asks for, exact or `*.` and a suffix.',
      ...NAMES,
      count(1, 16),
      rules(
        ['self.all(h, !isIP(h))', 'a hostname is no address'],
        [`self.all(h, !h.contains('*') ? h.matches(${NAME}) : true)`, 'a hostname is a DNS name (RFC 1123)'],
        [
          `self.all(h, h.contains('*') ? (h.startsWith('*.') && h.substring(2).matches(${NAME})) : true)`,
          'a star is the first label of a hostname, and the rest is a DNS name (RFC 1123)',
        ],
      ),
    ],
    rules: ['Where they go.', count(1, 1)],
  }),
  limitsOf(TLSRouteRule, { name: ruleName, backendRefs: ['The backends, by weights.', count(1, 16)] }),
  limitsOf(TLSRouteV1alpha2, route),
  limitsOf(TLSRouteSpecV1alpha2, { hostnames, rules: ['Where they go.', count(1, 16), ONE_RULE_A_NAME] }),
]
