import type { Protocol } from '#net/port-protocol.ts'
import type { Policy } from '#policy/rule.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { closedDns, dnsEndpoints } from '../../policies/dns.ts'
import { type Near, nearestRule } from '../../policies/nearest.ts'
import type { EndWord, PolicyView } from '../../policies/policy-view.ts'
import { policiesOf } from '../../policies/view-of.ts'
import { podRef, policyRef } from '../../policies/word.ts'
import type { Finding } from '../../trace/finding.ts'
import type { DnsForgotten, PolicyDenies, PolicyFaults, PolicyIsolates } from '../../trace/findings/isolated.ts'
import type { PolicyEnd, PolicyWord } from '../../trace/policies/word.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import type { PathOutcome } from '../../trace/walk/outcome.ts'
import type { Decision } from '../../walk/decision.ts'
import type { Path } from '../../walk/path.ts'
import { ledBy } from './behind-service.ts'
import { deniedCures, isolatedCures } from './cures.ts'
import { dnsFinding } from './dns-forgotten.ts'
import { doneBy, podWord, subjectOf } from './own-policy.ts'
import type { StoppedWord } from './stopped-word.ts'

type OfPolicies = Finding & (PolicyIsolates | PolicyDenies | DnsForgotten)

/** What policies of either end stop of a decision's outcomes: what the same cure mends is one. */
export function stopped(facts: ClusterFacts, path: Path, { outcomes, service }: Decision): readonly Finding[] {
  const view = policiesOf(facts)
  if (view === undefined) return []
  const found: OfPolicies[] = []
  for (const outcome of outcomes)
    for (const stop of outcome.stops ?? []) {
      const word = askedAgain(view, path, outcome, stop)
      if (word !== undefined) add(found, findingOf(facts, view, stop, { word, end: stop.other, service }))
    }
  return found
}

/** The word of the trace, with all that policies know of it. */
const askedAgain = (
  view: PolicyView,
  path: Path,
  { backend }: PathOutcome,
  { direction, other, port, protocol }: PolicyWord,
): EndWord | undefined =>
  direction === 'egress'
    ? view.word(direction, path.source, other.address, { protocol, port })
    : view.word(direction, other.address, backend?.address ?? '', { protocol, port })

function findingOf(facts: ClusterFacts, view: PolicyView, stop: PolicyWord, one: StoppedWord): OfPolicies {
  const { direction, pod, other, port, protocol, by, isolatedBy } = stop
  const about = { direction, pods: [pod], others: [other], port, protocol }
  if (by !== undefined) {
    const faults = faultsOf(one.word.by ? [one.word.by.policy] : [])
    return { reason: 'policy-denies', ...about, faults, rule: by, cures: deniedCures(view, one) }
  }
  const nearest = nearestRule(view, one.word, other, one.service && ledBy(facts, one.service, one.word.asked))
  if (asksDns(facts, view, one.word)) return dnsForgotten(facts, view, one, nearest)
  return {
    reason: 'policy-isolates',
    ...about,
    faults: faultsOf(one.word.isolatedBy),
    policies: isolatedBy,
    ...(nearest && {
      nearest: { policy: policyRef(nearest.policy), path: nearest.path, missing: nearest.missing },
    }),
    cures: isolatedCures(facts, view, one, nearest),
  }
}

const faultsOf = (policies: readonly Policy[]): readonly PolicyFaults[] =>
  policies.flatMap((policy) => (policy.faults.length > 0 ? [{ policy: policyRef(policy), faults: policy.faults }] : []))

const DNS_PORT = 53
const asksDns = (facts: ClusterFacts, view: PolicyView, { direction, other, asked }: EndWord): boolean =>
  direction === 'egress' &&
  asked.protocol !== 'SCTP' &&
  ((asked.port === DNS_PORT && view.isDns(other)) ||
    dnsEndpoints(facts).some((one) => one.address === other.address.text && one.port === asked.port))

function dnsForgotten(
  facts: ClusterFacts,
  view: PolicyView,
  { word, service }: StoppedWord,
  nearest: Near | undefined,
): OfPolicies {
  const pod = podRef(word.pod)
  const closed = closedDns(facts, pod)
  return dnsFinding(view, {
    pods: [pod],
    policies: word.isolatedBy.map(policyRef),
    protocols: closed.length > 0 ? closed : [word.asked.protocol as Protocol],
    nearest,
    endpoint: { address: word.other.address.text, port: word.asked.port },
    selector: service?.spec?.selector,
    own: {
      name: `allow-dns-${podWord(view, word.pod)}`,
      namespace: word.pod.namespace,
      subject: subjectOf(view, word.pod, word.isolatedBy, undefined),
    },
  })
}

/** The same of another pod, or of another end, that the same cure mends, is told with it. */
function add(found: OfPolicies[], one: OfPolicies): void {
  const index = found.findIndex((known) => sameText(known) === sameText(one))
  const known = found[index]
  if (known === undefined) found.push(one)
  else
    found[index] = {
      ...known,
      pods: distinct<ObjectRef>([...known.pods, ...one.pods]),
      ...('others' in known && 'others' in one && { others: distinct<PolicyEnd>([...known.others, ...one.others]) }),
    } as OfPolicies
}

const sameText = (one: OfPolicies): string =>
  JSON.stringify([
    one.reason,
    'direction' in one && one.direction,
    'policies' in one && one.policies,
    'rule' in one && one.rule.path,
    one.cures.map(({ argv, input }) => (input === undefined ? argv : doneBy(input))),
  ])

const distinct = <T>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
]
