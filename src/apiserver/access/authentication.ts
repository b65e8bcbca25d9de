import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type PeerCertificate, TLSSocket } from 'node:tls'
import { unauthorized } from '../errors.ts'
import type { Reader } from '../registry/reader.ts'
import { ANONYMOUS, type Caller, SYSTEM } from './caller.ts'
import type { TokenSigner } from './token.ts'
import { type TokenReview, tokenStanding } from './token-standing.ts'

export interface Authenticator {
  /** Who sent this request; throws 401 for credentials that are wrong (none at all is anonymous). */
  authenticate(request: IncomingMessage): Caller
  /** Who a ServiceAccount token speaks for, or why it is refused. */
  reviewToken(token: string, audiences: readonly string[]): TokenReview
}

interface AuthenticatorOptions {
  readonly reader: Reader
  readonly signer: TokenSigner
  readonly now: () => Date
}

/** Tells who sends a request: by client certificate or bearer token. Throws ApiError 401 for credentials that do not hold. */
export const createAuthenticator = ({ reader, signer, now }: AuthenticatorOptions): Authenticator => {
  const bySocket = new WeakMap<Socket, Shown>()

  const reviewToken: Authenticator['reviewToken'] = (token, audiences) => {
    const claims = signer.verify(token)
    if (!claims) return { authenticated: false, error: 'invalid bearer token' }
    return tokenStanding(claims, { reader, now: now(), audiences, own: signer.issuer, token })
  }

  return {
    reviewToken,
    authenticate,
  }

  function authenticate(request: IncomingMessage): Caller {
    const { socket } = request
    if (!(socket instanceof TLSSocket)) {
      // Plain HTTP is for Unix sockets alone, which have no addresses.
      if (socket.localAddress !== undefined) throw unauthorized()
      return SYSTEM
    }
    let shown = bySocket.get(socket)
    if (shown === undefined) {
      shown = shownBy(socket)
      bySocket.set(socket, shown)
    }
    const byCertificate = shown.until !== undefined && now().getTime() > shown.until ? 'refused' : shown.caller
    if (byCertificate !== 'refused' && byCertificate !== ANONYMOUS) return byCertificate
    const token = bearerToken(request)
    if (token === undefined) {
      if (byCertificate === 'refused') throw unauthorized()
      return ANONYMOUS
    }
    const review = reviewToken(token, [signer.issuer])
    if (!review.authenticated) throw unauthorized()
    return review.caller
  }
}

/** What a connection's certificate says. */
interface Shown {
  readonly caller: Caller | 'refused'
  /** When it ends, milliseconds since 1970: a connection may live longer. */
  readonly until?: number
}

const PROTOCOL_TOKEN = 'base64url.bearer.authorization.k8s.io.'

/**
 * The token that a request brings: as a bearer, or among the protocols of a WebSocket, which is the only place that a
 * browser can put it. Other schemes are nobody's, as if they were not there.
 */
const bearerToken = (request: IncomingMessage): string | undefined => {
  const { authorization = '', 'sec-websocket-protocol': protocols } = request.headers
  const bearer = /^\s*bearer (\S+)/i.exec(authorization)?.[1]
  if (bearer !== undefined) return bearer
  if (!protocols?.includes(PROTOCOL_TOKEN)) return undefined
  const offered = protocols.split(',').map((protocol) => protocol.trim())
  const found = offered.find((protocol) => protocol.startsWith(PROTOCOL_TOKEN))
  // Whoever the connection leads to is not told it.
  request.headers['sec-websocket-protocol'] = offered.filter((protocol) => protocol !== found).join(', ')
  return Buffer.from(found?.slice(PROTOCOL_TOKEN.length) ?? '', 'base64url').toString()
}

/** Where a certificate says the uid of its user. */
const UID = '1.3.6.1.4.1.57683.2'

const shownBy = (socket: TLSSocket): Shown => {
  const certificate = socket.getPeerCertificate()
  if (!certificate || Object.keys(certificate).length === 0) return { caller: ANONYMOUS }
  if (!socket.authorized) return { caller: 'refused' }
  return { caller: subjectCaller(certificate), until: Date.parse(certificate.valid_to) }
}

/**
 * CN is the user, each O a group, as Kubernetes reads client certificates. One that names nobody, or two uids, is
 * nobody's.
 */
const subjectCaller = (certificate: PeerCertificate): Caller | 'refused' => {
  const organizations: string | string[] | undefined = certificate.subject.O
  const groups = organizations === undefined ? [] : Array.isArray(organizations) ? organizations : [organizations]
  const commonName: string | string[] = certificate.subject.CN ?? ''
  const name = Array.isArray(commonName) ? commonName.at(-1)! : commonName
  if (name === '') return ANONYMOUS
  const uid = (certificate.subject as unknown as Readonly<Record<string, string | string[] | undefined>>)[UID]
  if (Array.isArray(uid)) return 'refused'
  return {
    name,
    ...(uid ? { uid } : {}),
    groups: [...groups, 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [
        `X509SHA256=${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`,
      ],
    },
  }
}
