import type { Edit } from './sow.ts'

/** A mistake that somebody could make in the load balancer's rules, and the test of theirs that is there to catch it. */
export interface BalancerDefect {
  readonly what: string
  /** Its name, or how that begins. */
  readonly test: string
  readonly edits: readonly Edit[]
}

const defect =
  (file: string) =>
  (test: string, what: string, from: string, to: string): BalancerDefect => ({
    what,
    test,
    edits: [{ file: `dataplane/balancer/${file}`, from, to }],
  })

const compile = defect('compile.ts')
const rules = defect('ruleset.ts')
const walk = defect('evaluate.ts')

export const BALANCER_DEFECTS: readonly BalancerDefect[] = [
  rules('a new flow is given', 'only the first slot is ever drawn', '...[count, 1].map(', '...[1, 1].map('),
  compile(
    'a new flow is given',
    'one node is in two slots',
    "add(family, 'slots', [list, slot], [mark])",
    "add(family, 'slots', [list, slot], [nodes[slot - 1] ?? mark])",
  ),
  compile(
    'an answered flow stays',
    'a node that is gone is still taken for one',
    'of marksOf(present)) for',
    'of marks.values()) for',
  ),
  rules(
    'an answered flow stays',
    'a flow counts as answered with its first packet',
    "        lookup(['ct-mark'], 'nodes'),\n        go('goto', 'to-node'),",
    "        lookup(['ct-mark'], 'nodes'),\n        { do: 'notrack' },",
  ),
  rules(
    'an unanswered flow',
    'every UDP flow stays with its node for good',
    "        { do: 'protocol-is', protocol: 'udp', not: true },\n",
    '',
  ),
  rules(
    'an unanswered flow',
    'an unanswered flow is drawn anew with each packet',
    "      [lookup(OF_NODES, 'keepers'), go('goto', 'to-node')],\n",
    '',
  ),
  compile(
    'an answered flow over IPv6',
    'nodes are known in IPv4 alone',
    "of ['ip', 'ip6'] as const) add(family, 'nodes'",
    "of ['ip'] as const) add(family, 'nodes'",
  ),
  compile(
    'frontends that are served by the same nodes',
    'a list is known by its nodes alone',
    `\`\${nodes.join()} \${keepers.join()}\``,
    'nodes.join()',
  ),
  compile(
    'an unanswered flow',
    'whoever serves keeps, and nobody else',
    "marksOf(frontend.keepers)) add(family, 'keepers'",
    "nodes) add(family, 'keepers'",
  ),
  rules(
    'what belongs to no connection',
    'a stray packet is drawn a node for',
    "      [{ do: 'connection-invalid' }, drop],\n",
    '',
  ),
  compile(
    'a kind is there in each family',
    'a kind is written for the first family alone',
    `kinds.set(\`\${family} \${number}\`,`,
    `kinds.set(\`\${number}\`,`,
  ),
  rules(
    'a client of a Service with affinity',
    'a pin counts though its node serves no more',
    "              lookup(OF_NODES, 'members'),\n",
    '',
  ),
  rules(
    'a client of a Service with affinity',
    'a pin to a node that serves no more is never replaced',
    '            [unpin],\n',
    '',
  ),
  rules(
    'a client of a Service with affinity',
    'clients are not remembered',
    `...draw(count, \`stick-\${seconds}\`)`,
    "...draw(count, 'to-node')",
  ),
  compile(
    'what an address does not serve',
    'a frontend without nodes is one all the same',
    'frontends.filter(({ nodes }) => marksOf(nodes).length > 0)',
    'frontends',
  ),
  compile(
    'what an address does not serve',
    'only an address that is served is known as one of a Service',
    "for (const { address } of frontends) add(address.includes(':') ? 'ip6' : 'ip', 'balanced'",
    "for (const { address } of served) add(address.includes(':') ? 'ip6' : 'ip', 'balanced'",
  ),
  rules(
    'what an address does not serve',
    'what is not served is left to the routes',
    "      [lookup(['daddr'], 'balanced'), go('goto', 'reject-it')],\n",
    '',
  ),
  rules('of other traffic', 'every flow is remembered', "      [{ do: 'notrack' }],\n", ''),
  rules(
    'a frontend of a kind',
    'what cannot be decided yet goes where the routes lead',
    "      [{ do: 'goto-kind' }],\n      [drop],\n",
    "      [{ do: 'goto-kind' }],\n      [accept],\n",
  ),
  walk('nothing that comes to the fabric', 'every packet is for itself', 'isNode: () => false', 'isNode: () => true'),
  rules(
    'two Services with affinity',
    'what is held of a client is held for all Services',
    "            [{ do: 'set-mark-from', key: FRONTEND, map: 'owners' }],\n",
    '',
  ),
  rules(
    'a ClusterIP is led',
    'every ClusterIP is led to the first node',
    "{ do: 'set-mark-by-hash', nodes }",
    "{ do: 'set-mark-by-hash', nodes: 1 }",
  ),
  rules('a packet that sees the frontend', 'an empty slot is not tried again', '...[count, 1].map(', '...[count].map('),
  compile('a list of nodes keeps its number', 'a number is given to two lists', '      taken.add(number)\n', ''),
  compile(
    'a list of nodes keeps its number',
    'numbers are never given back',
    '    const taken = new Set(this.#lists.values())\n    const lists = new Map<string, number>()',
    '    const taken = new Set(this.#lists.values())\n    const lists = new Map(this.#lists)',
  ),
]
