import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { badRequest, forbidden, unauthorized } from '../errors.ts'
import type { Reader } from '../registry/reader.ts'
import { refusalMessage } from './authorization.ts'
import { ANONYMOUS, type Caller, isMaster, SYSTEM, serviceAccountOf } from './caller.ts'
import type { TokenClaims, TokenSigner } from './token.ts'

export interface Authenticator {
  /** Who sent this request; throws 401 for credentials that are wrong (none at all is anonymous). */
  authenticate(request: IncomingMessage): Caller
  /** Who a ServiceAccount token speaks for, or why it is refused. */
  reviewToken(token: string, audiences: readonly string[]): TokenReview
}

type TokenReview =
  | { readonly authenticated: true; readonly caller: Caller; readonly audiences: readonly string[] }
  | { readonly authenticated: false; readonly error: string }

interface AuthenticatorOptions {
  readonly reader: Reader
  readonly signer: TokenSigner
  readonly now: () => Date
}

/**
 * Tells who sends a request: by client certificate or bearer token, then by Impersonate-* headers. Throws ApiError 401
 * for credentials that do not hold, 403 for an impersonation that is not allowed, 400 for one without a user.
 */
export const createAuthenticator = ({ reader, signer, now }: AuthenticatorOptions): Authenticator => {
  const bySocket = new WeakMap<Socket, Caller | 'refused'>()

  const reviewToken: Authenticator['reviewToken'] = (token, audiences) => {
    const claims = signer.verify(token)
    if (!claims) return { authenticated: false, error: 'invalid bearer token' }
    const accepted = claims.aud.filter((audience) => audiences.includes(audience))
    if (accepted.length === 0) {
      return {
        authenticated: false,
        error: `token audiences ${JSON.stringify(claims.aud)} is invalid for the target audiences ${JSON.stringify(audiences)}`,
      }
    }
    const problem = problemWith(reader, claims, now())
    return problem
      ? { authenticated: false, error: problem }
      : { authenticated: true, caller: callerOf(claims), audiences: accepted }
  }

  return {
    reviewToken,
    authenticate: (request) => impersonated(request, authenticated(request)),
  }

  function authenticated(request: IncomingMessage): Caller {
    const { socket } = request
    if (!(socket instanceof TLSSocket)) {
      // Plain HTTP is for Unix sockets alone, which have no addresses.
      if (socket.localAddress !== undefined) throw unauthorized()
      return SYSTEM
    }
    const authorization = request.headers.authorization
    let byCertificate = bySocket.get(socket)
    if (byCertificate === undefined) {
      byCertificate = certificateCaller(socket)
      bySocket.set(socket, byCertificate)
    }
    if (byCertificate === 'refused') throw unauthorized()
    if (byCertificate !== ANONYMOUS) return byCertificate
    if (authorization === undefined) return ANONYMOUS
    const match = /^Bearer +(\S+)$/i.exec(authorization)
    const review = match ? reviewToken(match[1]!, [signer.issuer]) : undefined
    if (!review?.authenticated) throw unauthorized()
    return review.caller
  }
}

const listHeader = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? value.split(',').map((group) => group.trim()) : value

/**
 * `kubectl --as`: whoever may do everything may also act as somebody else. Anyone else is refused, never let through as
 * themselves.
 */
const impersonated = (request: IncomingMessage, caller: Caller): Caller => {
  const { headers } = request
  const name = headers['impersonate-user']
  const groups = listHeader(headers['impersonate-group'])
  const uid = headers['impersonate-uid']
  if (name === undefined && groups.length === 0 && uid === undefined) return caller
  if (typeof name !== 'string' || name === '')
    throw badRequest('a group or uid to impersonate needs a user: Impersonate-User')
  if (!isMaster(caller)) {
    const users = { group: '', plural: 'users', kind: 'User' }
    throw forbidden(
      users,
      name,
      refusalMessage(caller, {
        kind: 'resource',
        verb: 'impersonate',
        group: '',
        resource: 'users',
        subresource: '',
        namespace: '',
        name,
      }),
    )
  }
  const account = serviceAccountOf({ name, groups: [] })
  const own =
    groups.length === 0 && account ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`] : groups
  const standing = name === ANONYMOUS.name ? 'system:unauthenticated' : 'system:authenticated'
  return {
    name,
    ...(typeof uid === 'string' ? { uid } : {}),
    groups: own.includes(standing) ? own : [...own, standing],
  }
}

/** CN is the user, each O a group, as Kubernetes reads client certificates. */
const certificateCaller = (socket: TLSSocket): Caller | 'refused' => {
  const certificate = socket.getPeerCertificate()
  if (!certificate || Object.keys(certificate).length === 0) return ANONYMOUS
  if (!socket.authorized) return 'refused'
  const organizations: string | string[] | undefined = certificate.subject.O
  const groups = organizations === undefined ? [] : Array.isArray(organizations) ? organizations : [organizations]
  const commonName: string | string[] = certificate.subject.CN ?? ''
  return {
    name: Array.isArray(commonName) ? commonName[0]! : commonName,
    groups: [...groups, 'system:authenticated'],
  }
}

const callerOf = (claims: TokenClaims): Caller => {
  const { namespace, serviceaccount, pod } = claims['kubernetes.io']
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(pod
        ? {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          }
        : {}),
    },
  }
}

/** A token dies with its time, its ServiceAccount, and the object that it is bound to. */
const problemWith = (reader: Reader, claims: TokenClaims, now: Date): string | undefined => {
  const seconds = now.getTime() / 1000
  if (claims.exp <= seconds) return 'service account token has expired'
  if (claims.nbf > seconds) return 'service account token is not valid yet'
  const { namespace, serviceaccount, pod, secret } = claims['kubernetes.io']
  const account = reader.find(serviceAccounts, namespace, serviceaccount.name)
  if (account?.metadata?.uid !== serviceaccount.uid) return 'service account token has been invalidated'
  if (pod) {
    const bound = reader.find(pods, namespace, pod.name)
    if (bound?.metadata?.uid !== pod.uid) return 'service account token has been invalidated'
  }
  if (secret && reader.find(secrets, namespace, secret.name)?.metadata?.uid !== secret.uid) {
    return 'service account token has been invalidated'
  }
  return undefined
}
