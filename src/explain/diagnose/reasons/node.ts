import type { Node } from '#api/core/node/message.ts'
import { isReady } from '#objects/conditions.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText, find, homeOf } from '../../cluster/lookup.ts'
import { silenceOf } from '../../cluster/node-condition.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Socket } from '../../trace/reference.ts'
import type { Path } from '../../walk/path.ts'
import { askAddress, look } from '../cure.ts'

/** Nodes on a path that seems to lead to an answer, and that are not Ready: nobody knows whether packets pass them. */
export function nodesNotReady(facts: ClusterFacts, question: Question, path: Path): readonly Finding[] {
  if (!path.outcomes.some(({ verdict }) => verdict === 'deliver')) return []
  return facts.nodes.flatMap((node) => {
    const silence = silenceOf(node)
    const name = node.metadata?.name ?? ''
    const role = roleOf(facts, path, name)
    if (silence === undefined || !(role.ofSender || role.isAsked || role.backends.length > 0)) return []
    const describe = look({ code: 'show-description' }, 'kubectl', 'describe', 'node', name)
    return [
      {
        reason: 'node-not-ready' as const,
        node: name,
        silence,
        ...role,
        cures: [...askAnother(facts, question, path, node), describe],
        doubt: true as const,
      },
    ]
  })
}

/** What a node has to do with the path. */
function roleOf(facts: ClusterFacts, path: Path, name: string) {
  const backends = new Map<string, Socket>()
  for (const { verdict, backend } of path.outcomes)
    if (verdict === 'deliver' && backend !== undefined && homeOf(facts, backend.address) === name)
      backends.set(`${backend.address} ${backend.port}`, { address: backend.address, port: backend.port })
  return {
    ofSender: homeOf(facts, path.source) === name,
    isAsked: path.decisions.some(({ nodes }) => nodes.includes(name)),
    backends: [...backends.values()],
  }
}

/** A node port answers at every node, so at one that is Ready as well. */
function askAnother(facts: ClusterFacts, question: Question, path: Path, node: Node): readonly Cure[] {
  const { target } = path
  const asked = path.decisions.find(({ claimed }) => claimed?.frontend.kind === 'node-port')
  if (asked?.service === undefined || homeOf(facts, target.address) !== node.metadata?.name) return []
  return nodesToAsk(facts, asked.service, familyOfText(target.address))
    .filter(({ name }) => isReady(find(facts.nodes, name) as Node))
    .slice(0, 1)
    .map(({ name, address }) =>
      askAddress(question, { code: 'ask-node', node: name, because: 'is-ready' }, address, target.port),
    )
}
