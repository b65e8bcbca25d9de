import { outcomeOf } from '#routes/outcome/outcome.ts'
import type { Entry, WeightedBackend } from '#routes/table/entry.ts'
import { headerOf } from '#routes/table/request-values.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import { find, portAt } from '../cluster/lookup.ts'
import { refusedPolicies } from '../cluster/refused-policies.ts'
import { noEndpoints } from '../diagnose/reasons/endpoints.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { Share } from '../trace/request/request.ts'
import type { Step } from '../trace/walk/step.ts'
import { filterDeeds } from './deeds.ts'
import { endpointsOf } from './endpoints.ts'
import type { RequestParts } from './misses.ts'
import { walkOnward } from './onward.ts'
import { backendUnresolved } from './reasons/rule/backend.ts'
import type { TakenRequest } from './serve.ts'

interface Sharing {
  readonly facts: ClusterFacts
  readonly gateways: GatewayFacts
  readonly table: RoutingTable
  readonly question: Question
  readonly gateway: ObjectRef
  /** Pods of the gateway that the packet gets to. */
  readonly pods: readonly ObjectRef[]
  readonly entry: Entry
  readonly parts: RequestParts
  /** Whose address the gateway sees. */
  readonly seen: string
  /** Left out where nobody looks into the connection. */
  readonly asked?: TakenRequest
}

interface Shared {
  readonly share: Share
  readonly steps: readonly Step[]
  readonly findings: readonly Finding[]
}

/** What becomes of one share of the requests. */
export function shareOf(sharing: Sharing, one: WeightedBackend, of: number): Shared {
  const { facts, gateways, table, question, gateway, pods, entry, parts, seen, asked } = sharing
  const { weight } = one
  const outcome = asked && outcomeOf(onlyTo(asked.matched, one), asked.request, { source: seen, draw: () => 0 })
  if (outcome?.type === 'answer' && outcome.by !== 'backend') {
    const { status } = outcome
    const location = headerOf(outcome.headers, 'location')
    const isAway = location !== undefined
    return {
      share: {
        weight,
        of,
        ...(isAway ? { redirect: { status, location } } : status >= 400 && { status }),
        outcomes: [],
      },
      steps: [
        isAway ? { code: 'redirect', gateway, status, location } : { code: 'answer', gateway, status, weight, of },
      ],
      findings: [],
    }
  }
  if ('status' in one.to) {
    const { status, reason } = one.to
    return {
      share: { weight, of, status, outcomes: [] },
      steps: [{ code: 'answer', gateway, status, weight, of }],
      findings: [backendUnresolved(facts, gateways, entry, status, reason)],
    }
  }
  const backend = table.backends.get(one.to.backend)!
  const { namespace, name, port } = backend.service
  const service = find(facts.services, name, namespace)
  const ref: ObjectRef = { kind: 'Service', namespace, name }
  const endpoints = endpointsOf(facts, backend)
  const refused = service && backend.protocol !== 'tcp' ? refusedPolicies(gateways, service, backend.portName) : []
  const done = filterDeeds(table, one.filters, parts)
  const onward = walkOnward(facts, question, pods, endpoints, service, port)
  const findings =
    endpoints.length > 0 || service === undefined
      ? onward.findings
      : [noEndpoints(facts, question, service, portAt(service, port, 'TCP'), undefined)]
  return {
    share: {
      weight,
      of,
      ...(endpoints.length === 0 && { status: 503 }),
      service: ref,
      port,
      outcomes: onward.outcomes,
    },
    steps: [
      ...(done.length > 0 ? [{ code: 'filters', gateway, done } as const] : []),
      {
        code: 'backend',
        gateway,
        weight,
        of,
        service: ref,
        port,
        protocol: backend.protocol,
        ...(backend.tls && { tls: backend.tls.hostname ?? '' }),
        ...(refused.length > 0 && { refused }),
        endpoints,
      },
      ...(endpoints.length === 0 ? [{ code: 'answer', gateway, status: 503, weight, of } as const] : onward.steps),
    ],
    findings,
  }
}

/** What the table says of a request, if its rule had this backend alone. */
const onlyTo = (matched: TakenRequest['matched'], one: WeightedBackend): TakenRequest['matched'] => ({
  ...matched,
  rule: { ...matched.rule, action: { type: 'forward', to: [one] } },
})
