import type { Node } from '#api/core-v1.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText, find, homeOf } from '../cluster/lookup.ts'
import { nameOf, withProtocol } from '../cluster/names.ts'
import { isNodeReady } from '../cluster/node-condition.ts'
import type { Finding, PathOutcome, Question } from '../explanation.ts'
import { clusterDnsOf, resolverOf } from '../resolve/resolver.ts'
import { type Source, sourceAddress } from '../resolve/source.ts'
import { NodeViews } from '../walk/node-views.ts'
import { walkPath } from '../walk/path.ts'
import { diagnose } from './diagnose.ts'

const PORT = 53

/**
 * Why a sender that asks the cluster's DNS gets no answer from it: the walk of its query to the server that its
 * resolv.conf names. Undefined where it gets one. A resolver asks again, so one server that answers is enough.
 */
export function dnsDown(facts: ClusterFacts, question: Question, source: Source): Finding | undefined {
  const { asksCluster, servers } = resolverOf(facts, source)
  if (!asksCluster) return undefined
  const address = servers.find((one) => sourceAddress(source, familyOfText(one)) !== undefined)
  const service = clusterDnsOf(facts)
  if (address === undefined)
    return {
      reason: 'dns-down',
      message: facts.network.foreign
        ? `which Service is the cluster’s DNS is not known: none is kube-system/kube-dns, none has the label k8s-app=kube-dns; whether ${source.name} finds names cannot be told from here`
        : `${source.name} finds no names: the cluster’s DNS, Service kube-system/kube-dns, is not there`,
      cures: [],
      ...(facts.network.foreign && { doubt: true }),
    }
  const target = { address, port: PORT }
  const asked: Question = {
    ...question,
    to: service === undefined ? address : `svc/${nameOf(service)}:${PORT}`,
    protocol: 'UDP',
  }
  const path = walkPath(facts, new NodeViews(facts, target), source, target, 'UDP', service)
  if (path.outcomes.some((outcome) => answersForSure(facts, outcome))) return undefined
  const [first, ...more] = diagnose(facts, asked, path, service)
  const some = path.outcomes.some(({ verdict }) => verdict === 'deliver')
  return {
    reason: 'dns-down',
    message: `${source.name} ${some ? 'may find' : 'finds'} no names: it asks the cluster’s DNS at ${withProtocol(address, PORT, 'UDP')}${first ? `, and ${first.message}` : ', which does not answer'}`,
    details: [...(first?.details ?? []), ...more.map(({ message }) => message)],
    // To ask the DNS elsewhere is no way out for who asks a name.
    cures: [...(first?.cures ?? []), ...more.flatMap(({ cures }) => cures)].filter(({ kind }) => kind !== 'ask'),
    ...(some && { doubt: true }),
  }
}

function answersForSure(facts: ClusterFacts, { verdict, undeclared, backend }: PathOutcome): boolean {
  if (verdict !== 'deliver' || undeclared || backend === undefined) return false
  const node = find(facts.nodes, homeOf(facts, backend.address) ?? '') as Node | undefined
  return node === undefined || isNodeReady(node)
}
