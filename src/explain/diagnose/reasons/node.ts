import type { Node } from '#api/core/node/message.ts'
import { socketText } from '#net/port-protocol.ts'
import { isReady } from '#objects/conditions.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText, find, homeOf } from '../../cluster/lookup.ts'
import { silenceOf } from '../../cluster/node-condition.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Path } from '../../walk/path.ts'
import { listed } from '../../words/text.ts'
import { silenceText } from '../../words/trouble.ts'
import { askAddress, look } from '../cure.ts'

/** Nodes on a path that seems to lead to an answer, and that are not Ready: nobody knows whether packets pass them. */
export function nodesNotReady(facts: ClusterFacts, question: Question, path: Path): readonly Finding[] {
  if (!path.outcomes.some(({ verdict }) => verdict === 'deliver')) return []
  return facts.nodes.flatMap((node) => {
    const silence = silenceOf(node)
    const text = silence && silenceText(silence)
    const name = node.metadata?.name ?? ''
    const roles = text === undefined ? [] : rolesOf(facts, path, name)
    if (text === undefined || roles.length === 0) return []
    return [
      {
        reason: 'node-not-ready' as const,
        message: `node ${name}, ${listed(roles)}, is ${text}: whether a packet passes it cannot be told from here`,
        cures: [
          ...askAnother(facts, question, path, node),
          look('what is told of it', 'kubectl', 'describe', 'node', name),
        ],
        doubt: true as const,
      },
    ]
  })
}

/** What a node has to do with the path. */
function rolesOf(facts: ClusterFacts, path: Path, name: string): readonly string[] {
  const roles: string[] = []
  if (homeOf(facts, path.source) === name) roles.push('where the sender is')
  else if (path.decisions.some(({ nodes }) => nodes.includes(name))) roles.push('which is asked')
  const ends = path.outcomes.flatMap(({ verdict, backend }) =>
    verdict === 'deliver' && backend !== undefined && homeOf(facts, backend.address) === name
      ? [socketText(backend.address, backend.port)]
      : [],
  )
  if (ends.length > 0) roles.push(`where ${listed([...new Set(ends)].slice(0, 3))} lives`)
  return roles
}

/** A node port answers at every node, so at one that is Ready as well. */
function askAnother(facts: ClusterFacts, question: Question, path: Path, node: Node): readonly Cure[] {
  const { target } = path
  const asked = path.decisions.find(({ claimed }) => claimed?.frontend.kind === 'node-port')
  if (asked?.service === undefined || homeOf(facts, target.address) !== node.metadata?.name) return []
  return nodesToAsk(facts, asked.service, familyOfText(target.address))
    .filter(({ name }) => isReady(find(facts.nodes, name) as Node))
    .slice(0, 1)
    .map(({ name, address }) => askAddress(question, `ask ${name}, which is Ready`, address, target.port))
}
