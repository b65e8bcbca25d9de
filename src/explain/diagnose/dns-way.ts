import type { Node } from '#api/core/node/message.ts'
import { isReady } from '#objects/conditions.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText, find, homeOf } from '../cluster/lookup.ts'
import { refOf } from '../cluster/reference.ts'
import { clusterDnsOf, resolverOf } from '../resolve/resolver.ts'
import { type Source, sourceAddress } from '../resolve/source.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import { NodeViews } from '../walk/node-views.ts'
import { walkPath } from '../walk/path.ts'
import { diagnose } from './diagnose.ts'

const PORT = 53
/** Of what `fairlead install` has made. */
const PART_OF_LABEL = 'app.kubernetes.io/part-of'

/**
 * Why a sender that asks the cluster's DNS gets no answer from it: the walk of its query to the server that its
 * resolv.conf names. Undefined where it gets one. A resolver asks again, so one server that answers is enough.
 */
export function dnsDown(facts: ClusterFacts, question: Question, source: Source): Finding | undefined {
  const { asksCluster, servers } = resolverOf(facts, source)
  if (!asksCluster || isAnsweredOnNode(facts, source)) return undefined
  const address = servers.find((one) => sourceAddress(source, familyOfText(one)) !== undefined)
  const service = clusterDnsOf(facts)
  const sender = source.sender
  if (address === undefined)
    return {
      reason: 'dns-down',
      sender,
      sometimes: false,
      because: [],
      cures: [],
      ...(facts.network.foreign && { doubt: true }),
    }
  const target = { address, port: PORT }
  const asked: Question = {
    ...question,
    to: service === undefined ? address : `svc/${keyOf(service)}:${PORT}`,
    protocol: 'UDP',
  }
  const path = walkPath(facts, new NodeViews(facts, target), source, target, 'UDP', service)
  if (path.outcomes.some((outcome) => answersForSure(facts, outcome))) return undefined
  const because = diagnose(facts, asked, path, service)
  const forgotten = because.find(({ reason }) => reason === 'dns-forgotten')
  if (forgotten !== undefined) return forgotten
  const sometimes = path.outcomes.some(({ verdict }) => verdict === 'deliver')
  return {
    reason: 'dns-down',
    sender,
    server: address,
    ...(service && { service: refOf('Service', service) }),
    sometimes,
    because: because.map((one) => ({ ...one, cures: [] })),
    // To ask the DNS elsewhere is no way out for who asks a name.
    cures: because.flatMap(({ cures }) => cures).filter(({ kind }) => kind !== 'ask'),
    ...(sometimes && { doubt: true }),
  }
}

/**
 * Before any Service's rules: by the agent's word, or, where no agent was heard, since nobody else is meant to answer for a
 * Service of Fairlead's that selects nothing.
 */
const isAnsweredOnNode = (facts: ClusterFacts, { node = '' }: Source): boolean => {
  const told = facts.told?.[node]
  if (told?.code === 'heard') return told.answersNames
  const service = clusterDnsOf(facts)
  return service?.spec?.selector === undefined && service?.metadata?.labels?.[PART_OF_LABEL] === 'fairlead'
}

function answersForSure(facts: ClusterFacts, { verdict, undeclared, backend }: PathOutcome): boolean {
  if (verdict !== 'deliver' || undeclared || backend === undefined) return false
  const node = find(facts.nodes, homeOf(facts, backend.address) ?? '') as Node | undefined
  return node === undefined || isReady(node)
}
