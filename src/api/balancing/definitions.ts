import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { Resource } from '#api/resource.ts'
import { definitionOf } from '../gatewayapi/definition/definition.ts'
import { limitsTable, objectSchema } from '../gatewayapi/definition/schema-of.ts'
import { metaLimits } from '../gatewayapi/shared/limits.ts'
import { bgpPeerLimits } from './bgppeer/limits.ts'
import { BGPPeer } from './bgppeer/message.ts'
import { bgpPeers } from './bgppeer/resource.ts'
import { loadBalancerPoolLimits } from './loadbalancerpool/limits.ts'
import { LoadBalancerPool } from './loadbalancerpool/message.ts'
import { loadBalancerPools } from './loadbalancerpool/resource.ts'

const TABLE = limitsTable(metaLimits, loadBalancerPoolLimits, bgpPeerLimits)

/** What makes an API server serve the balancer's own kinds: LoadBalancerPool and BGPPeer of fairlead.dev. */
export const balancerDefinitions = (): readonly CustomResourceDefinition[] => [
  definitionOf(loadBalancerPools as unknown as Resource, {
    annotations: {},
    hasStatus: false,
    versions: [
      {
        name: 'v1alpha1',
        isStored: true,
        schema: objectSchema(LoadBalancerPool, 'Addresses for Services of type LoadBalancer.', TABLE),
        columns: [
          { name: 'Addresses', type: 'string', jsonPath: '.spec.addresses' },
          { name: 'Auto', type: 'boolean', jsonPath: '.spec.autoAssign' },
        ],
      },
    ],
  }),
  definitionOf(bgpPeers as unknown as Resource, {
    annotations: {},
    hasStatus: false,
    versions: [
      {
        name: 'v1alpha1',
        isStored: true,
        schema: objectSchema(BGPPeer, 'A router that nodes speak BGP with.', TABLE),
        columns: [
          { name: 'Peer', type: 'string', jsonPath: '.spec.peerAddress' },
          { name: 'ASN', type: 'integer', jsonPath: '.spec.peerASN' },
        ],
      },
    ],
  }),
]
