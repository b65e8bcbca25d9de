import { ErrorCode, OpenError } from '../message/codes.ts'
import type { Open } from '../message/message.ts'
import { type ErrorNotice, errorNotice } from '../message/message-error.ts'
import type { Peer } from './peer-options.ts'

/** What a speaker says of itself by RFC 4724. */
export interface RestartState {
  /** It comes back: nobody shall wait for it to have learnt. */
  readonly isRestarting: boolean
  /** Packets to what it had announced were forwarded while nobody spoke for it. */
  readonly isForwarding: boolean
}

/** What a peer is told of us. */
export const ownOpen = (peer: Peer, { isRestarting, isForwarding }: RestartState): Open => {
  const { localAsn, holdSeconds, identifier, families, gracefulRestartSeconds: seconds } = peer
  const gracefulRestart =
    seconds === undefined
      ? undefined
      : { isRestarting, seconds, families: families.map((family) => ({ family, isForwarding })) }
  const capabilities = { families, fourOctetAs: localAsn, routeRefresh: true, gracefulRestart }
  return { type: 'open', asn: localAsn, holdSeconds, identifier, capabilities }
}

/** Why an OPEN is not that of the peer who is meant, RFC 4271 section 6.2: what it is told, and what it means. */
export const refusalOf = (open: Open, peer: Peer): readonly [ErrorNotice, string] | undefined => {
  if (open.asn !== peer.peerAsn)
    return [errorNotice(ErrorCode.OPEN, OpenError.BAD_PEER_AS), `its AS is ${open.asn}, not ${peer.peerAsn}`]
  // RFC 6286: within an AS nobody has another's.
  if (peer.isInternal && open.identifier === peer.identifier)
    return [errorNotice(ErrorCode.OPEN, OpenError.BAD_IDENTIFIER), 'its BGP identifier is ours']
  return undefined
}
