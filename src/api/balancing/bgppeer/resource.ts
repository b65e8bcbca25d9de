import { resource } from '#api/resource.ts'
import { BGPPeer, BGPPeerList } from './message.ts'

export const bgpPeers = resource('bgppeers', BGPPeer, BGPPeerList, { namespaced: false })
