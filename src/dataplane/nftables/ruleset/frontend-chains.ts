import type { Chain, Rule } from '../rule.ts'
import { FRONTEND, NODE_PORT } from './sets.ts'
import { drop, find, go, isParticular, lookup, lookupNot } from './statements.ts'

/** Finds the frontend of a packet: one of its own address goes before a node port. */
const findFrontend = (then: string): readonly Rule[] => [
  [find(FRONTEND, 'frontends'), go('goto', then)],
  [lookup(['daddr'], 'nodeport-ips'), find(NODE_PORT, 'nodeports'), go('goto', then)],
  [go('goto', 'no-frontend')],
]

/** From a packet's destination to the kind of its frontend: prerouting, and output for what the node itself sends. */
export const frontendChains: readonly Chain[] = [
  {
    name: 'no-frontend',
    rules: [
      // A ClusterIP refuses its other ports; an address that no Service has is dropped, or it would leave by the default route.
      [lookup(['daddr'], 'cluster-ips'), go('goto', 'reject-it')],
      [lookup(['daddr'], 'service-cidrs'), drop],
      // What the load balancer has sent here never goes back to it: for a moment it may know more, or less, than this node.
      [{ do: 'from-uplink' }, lookup(['daddr'], 'balanced-cidrs'), go('goto', 'reject-it')],
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
]
