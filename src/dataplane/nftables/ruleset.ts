import type { Chain, Key, Rule, SetDefinition, Statement } from './rule.ts'
import { WORD } from './rule.ts'

const FRONTEND: Key = ['daddr', 'l4proto', 'dport']
const NODE_PORT: Key = ['l4proto', 'dport']
const CT_FRONTEND: Key = ['ct-daddr', 'l4proto', 'ct-dport']
const CT_NODE_PORT: Key = ['l4proto', 'ct-dport']

/** Every set and map. Their number and shape never change; only their elements do. */
export const sets: readonly SetDefinition[] = [
  { name: 'pod-cidrs', key: ['saddr'], interval: true },
  { name: 'service-cidrs', key: ['daddr'], interval: true },
  { name: 'own-pods', key: ['daddr'], interval: true, data: 'address' },
  { name: 'nodeport-ips', key: ['daddr'] },
  { name: 'cluster-ips', key: ['daddr'] },
  { name: 'frontends', key: FRONTEND, data: 'word' },
  { name: 'nodeports', key: NODE_PORT, data: 'word' },
  { name: 'frontends-local', key: FRONTEND, data: 'word' },
  { name: 'nodeports-local', key: NODE_PORT, data: 'word' },
  { name: 'restricted', key: FRONTEND },
  { name: 'allowed', key: [...FRONTEND, 'saddr'], interval: true },
  { name: 'kinds', key: ['word'], data: 'verdict' },
  { name: 'backends', key: ['word', { random: 2 }], data: 'endpoint' },
  { name: 'slots', key: ['word', { random: 2 }], data: 'word' },
  { name: 'endpoints', key: ['word'], data: 'endpoint' },
  { name: 'cluster-endpoints', key: ['word'] },
  { name: 'local-endpoints', key: ['word'] },
  { name: 'hairpin', key: ['saddr', 'daddr'] },
  { name: 'affinity', key: ['word', 'client'], data: 'word', pins: true },
  // No rule reads it: it tells the next process which rules these are.
  { name: 'stamp', key: ['word'] },
]

const hasPorts: Statement = { do: 'has-ports' }
const masquerade: Statement = { do: 'masquerade' }
const drop: Statement = { do: 'drop' }
const isParticular: Statement = { do: 'word-has', bit: WORD.PARTICULAR }
const lookup = (key: Key, set: SetDefinition['name']): Statement => ({ do: 'lookup', key, set })
const lookupNot = (key: Key, set: SetDefinition['name']): Statement => ({ do: 'lookup', key, set, not: true })
const go = (how: 'goto' | 'jump', chain: string): Statement => ({ do: how, chain })
const find = (key: Key, map: SetDefinition['name']): Statement => ({ do: 'set-word-from', key, map })

/** Finds the frontend of a packet: one of its own address goes before a node port. */
const findFrontend = (then: string): readonly Rule[] => [
  [find(FRONTEND, 'frontends'), go('goto', then)],
  [lookup(['daddr'], 'nodeport-ips'), find(NODE_PORT, 'nodeports'), go('goto', then)],
  [go('goto', 'no-frontend')],
]

/**
 * Up to so many endpoints a Service is answered by a chain that is always there, by one lookup. nft 1.0.6 cannot add a rule that translates by a map to a table that is there already (it reads `th
 * dport` in the map's type back as another protocol: "conflicting protocols"), so chains that are made later must not translate: they go through `slots` and `to-endpoint`. Not more
 * than this, since libnftables lists all chains before each change: 7 µs each.
 */
export const PICK_CHAINS = 16

const pick = (count: number): Rule => [
  hasPorts,
  { do: 'dnat', key: [{ word: WORD.BACKENDS }, { random: count }], map: 'backends' },
]

/**
 * A packet may see the frontend of before a transaction and the endpoints of after it. Slot 0 is there as long as there is one, so this tries
 * that; without it the Service has just lost its last endpoint, and refuses. Of this node's endpoints there may be more elsewhere: that drops.
 */
const pickChain = (count: number): Chain => ({
  name: `pick-${count}`,
  rules: [pick(count), pick(1), [{ do: 'word-has', bit: WORD.LOCAL }, drop], [go('goto', 'reject-it')]],
})

/** Draws a slot, and goes to its endpoint if that is one of `members`; else tries slot 0, and ends as a pick chain does. */
const drawSlot = (
  { count, local }: { readonly count: number; readonly local: boolean },
  members: SetDefinition['name'],
  chain: string,
): readonly Rule[] => [
  ...[count, 1].flatMap((slots): readonly Rule[] => [
    [{ do: 'set-word', and: WORD.SERVICE_PORT, or: local ? WORD.LOCAL : 0 }],
    [find(['word', { random: slots }], 'slots')],
    [lookup(['word'], members), go('goto', chain)],
  ]),
  [local ? drop : go('goto', 'reject-it')],
]

const rejectIt: Chain = {
  name: 'reject-it',
  rules: [
    [
      { do: 'protocol-is', protocol: 'tcp' },
      { do: 'reject', with: 'tcp-reset' },
    ],
    [{ do: 'reject', with: 'port-unreachable' }],
  ],
}

/** The chains that are always there, in an order in which each names only those before it. */
export const chains: readonly Chain[] = [
  rejectIt,
  { name: 'to-endpoint', rules: [[hasPorts, { do: 'dnat', key: ['word'], map: 'endpoints' }], [drop]] },
  ...Array.from({ length: PICK_CHAINS }, (_, index) => pickChain(index + 1)),
  {
    name: 'no-frontend',
    rules: [
      // A ClusterIP refuses its other ports; an address that no Service has is dropped, or it would leave by the default route.
      [lookup(['daddr'], 'cluster-ips'), go('goto', 'reject-it')],
      [lookup(['daddr'], 'service-cidrs'), drop],
    ],
  },
  {
    name: 'guard',
    // Strangers are dropped before anything is chosen.
    rules: [[lookup(FRONTEND, 'restricted'), lookupNot([...FRONTEND, 'saddr'], 'allowed'), drop]],
  },
  {
    name: 'particular',
    rules: [
      [go('jump', 'guard')],
      // externalTrafficPolicy Local binds only who comes from outside; pods and the node keep the set of all endpoints.
      [lookup(['saddr'], 'pod-cidrs'), { do: 'return' }],
      // A node's address may be somebody's external IP: then its policy counts, not that of a node port of the same number.
      [lookup(['daddr'], 'nodeport-ips'), lookupNot(FRONTEND, 'frontends'), find(NODE_PORT, 'nodeports-local')],
      [find(FRONTEND, 'frontends-local')],
    ],
  },
  {
    name: 'from-link',
    rules: [[isParticular, go('jump', 'particular')], [{ do: 'goto-kind' }], [drop]],
  },
  {
    name: 'from-node',
    rules: [[isParticular, go('jump', 'guard')], [{ do: 'goto-kind' }], [drop]],
  },
  {
    name: 'nat-prerouting',
    hook: { type: 'nat', hook: 'prerouting', priority: -100 },
    rules: findFrontend('from-link'),
  },
  {
    name: 'nat-output',
    hook: { type: 'nat', hook: 'output', priority: -100 },
    rules: findFrontend('from-node'),
  },
  {
    name: 'masquerade-it',
    // To a pod of this node the address is known: that spares the kernel a search.
    rules: [[{ do: 'snat', key: ['daddr'], map: 'own-pods' }], [masquerade]],
  },
  {
    name: 'hairpin-source',
    // The client is the chosen backend: without masquerade its own kernel would answer it directly, and it would not know the answer.
    rules: [[lookup(['saddr', 'daddr'], 'hairpin'), go('goto', 'masquerade-it')]],
  },
  {
    name: 'keep-source',
    rules: [
      // Policy Local keeps the client's address, except the node's own: it may be the frontend's address, and other nodes would not bring the answer back.
      [{ do: 'source-is-node' }, go('goto', 'masquerade-it')],
      [go('goto', 'hairpin-source')],
    ],
  },
  {
    name: 'frontend-source',
    rules: [
      [isParticular, hasPorts, lookup(CT_FRONTEND, 'frontends-local'), go('goto', 'keep-source')],
      [go('goto', 'masquerade-it')],
    ],
  },
  {
    name: 'node-port-source',
    rules: [
      [isParticular, hasPorts, lookup(CT_NODE_PORT, 'nodeports-local'), go('goto', 'keep-source')],
      [go('goto', 'masquerade-it')],
    ],
  },
  {
    name: 'source',
    rules: [
      [
        lookup(['ct-daddr'], 'nodeport-ips'),
        hasPorts,
        lookupNot(CT_FRONTEND, 'frontends'),
        find(CT_NODE_PORT, 'nodeports'),
        go('goto', 'node-port-source'),
      ],
      [lookup(['ct-daddr'], 'cluster-ips'), lookup(['saddr'], 'pod-cidrs'), go('goto', 'hairpin-source')],
      [hasPorts, find(CT_FRONTEND, 'frontends'), go('goto', 'frontend-source')],
    ],
  },
  {
    name: 'nat-postrouting',
    hook: { type: 'nat', hook: 'postrouting', priority: 100 },
    rules: [[{ do: 'translated' }, go('jump', 'source')]],
  },
  {
    name: 'filter-forward',
    hook: { type: 'filter', hook: 'forward', priority: 0 },
    // A late packet of a connection that is forgotten must not leave for an address that exists nowhere.
    rules: [[{ do: 'connection-invalid' }, lookup(['daddr'], 'service-cidrs'), drop]],
  },
]

/** What becomes of a packet once its frontend is known. One chain a kind, whatever the number of Services. `local`: of this node's endpoints alone. */
export type Kind =
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'pick'; readonly count: number; readonly local: boolean }
  | { readonly kind: 'sticky'; readonly count: number; readonly seconds: number; readonly local: boolean }

/** `pick-3`, `local-pick-20`, `sticky-3-10800`, `local-sticky-2-10800`: the name of the kind, and of its chain. */
export function kindName(kind: Kind): string {
  switch (kind.kind) {
    case 'drop':
    case 'reject':
      return kind.kind
    case 'pick':
      // The chains that are always there serve both.
      return `${kind.local && kind.count > PICK_CHAINS ? 'local-' : ''}pick-${kind.count}`
    case 'sticky':
      return `${kind.local ? 'local-' : ''}sticky-${kind.count}-${kind.seconds}`
  }
}

const NAME = /^(local-)?(?:pick-(\d+)|sticky-(\d+)-(\d+))$/

/** The kind that a chain of this name serves, the other way round than kindName(); undefined for a chain of no kind. */
export function kindOfChain(chain: string): Kind | undefined {
  if (chain === 'reject-it') return { kind: 'reject' }
  const match = NAME.exec(chain)
  if (match === null) return undefined
  const [, prefix, picks, count, seconds] = match
  const local = prefix !== undefined
  if (picks !== undefined) return { kind: 'pick', count: Number(picks), local }
  return { kind: 'sticky', count: Number(count), seconds: Number(seconds), local }
}

/** The chains of a kind, each after those that it names. */
export function kindChains(kind: Kind): readonly Chain[] {
  switch (kind.kind) {
    case 'drop':
    case 'reject':
      return []
    case 'pick':
      if (kind.count <= PICK_CHAINS) return []
      return [{ name: kindName(kind), rules: drawSlot(kind, 'endpoints', 'to-endpoint') }]
    case 'sticky': {
      const { seconds, local } = kind
      const members = local ? 'local-endpoints' : 'cluster-endpoints'
      return [
        { name: `stick-${seconds}`, rules: [[{ do: 'pin', seconds }], [go('goto', 'to-endpoint')]] },
        {
          name: kindName(kind),
          rules: [
            [{ do: 'set-word', and: WORD.SERVICE_PORT, or: 0 }],
            [find(['word', 'client'], 'affinity')],
            // A pin counts while its endpoint is one of the set; else each try would renew a pin to nowhere.
            [lookup(['word'], members), go('goto', `stick-${seconds}`)],
            [{ do: 'unpin' }],
            ...drawSlot(kind, members, `stick-${seconds}`),
          ],
        },
      ]
    }
  }
}
