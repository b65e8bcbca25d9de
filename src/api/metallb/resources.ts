import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { type ApiObject, type Resource, resource } from '#api/resource.ts'
import { declarations, field, json, list } from '#schema/schema.ts'

/** MetalLB's kinds are another's custom resources: what their fields hold is found out where they are read. */
interface MetallbObject extends ApiObject {
  readonly spec?: unknown
}

const { object } = declarations('io.metallb')

const kindOf = (version: string, kind: string, plural: string): Resource<MetallbObject> => {
  const one = object(`metallb.io/${version}`, kind, { metadata: field(1, ObjectMeta), spec: field(2, json) })
  const all = object(`metallb.io/${version}`, `${kind}List`, {
    metadata: field(1, ListMeta),
    items: list(2, one, { always: true }),
  })
  return resource(plural, one as unknown as Resource<MetallbObject>['message'], all)
}

export const ipAddressPools = kindOf('v1beta1', 'IPAddressPool', 'ipaddresspools')
export const l2Advertisements = kindOf('v1beta1', 'L2Advertisement', 'l2advertisements')
export const bgpAdvertisements = kindOf('v1beta1', 'BGPAdvertisement', 'bgpadvertisements')
export const communities = kindOf('v1beta1', 'Community', 'communities')
export const bfdProfiles = kindOf('v1beta1', 'BFDProfile', 'bfdprofiles')
export const metallbPeers = kindOf('v1beta2', 'BGPPeer', 'bgppeers')
