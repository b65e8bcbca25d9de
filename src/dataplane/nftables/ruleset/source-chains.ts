import type { Chain } from '../rule.ts'
import { CT_FRONTEND, CT_NODE_PORT } from './sets.ts'
import { find, go, hasPorts, isParticular, lookup, lookupNot, masquerade } from './statements.ts'

/** Whose address the endpoint sees: postrouting, for what was translated. */
export const sourceChains: readonly Chain[] = [
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
      // A pod of another node that is given an endpoint which is not here: the answer would go past this node, and the client would not know it.
      [
        lookup(['saddr'], 'pod-cidrs'),
        lookupNot(['saddr'], 'own-pods'),
        lookupNot(['daddr'], 'own-pods'),
        go('goto', 'masquerade-it'),
      ],
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
]
