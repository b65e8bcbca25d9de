import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { unauthorized } from '../errors.ts'
import type { Reader } from '../registry/reader.ts'
import { ANONYMOUS, type Caller, SYSTEM } from './caller.ts'
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

/** Tells who sends a request: by client certificate or bearer token. Throws ApiError 401 for credentials that do not hold. */
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
    authenticate,
  }

  function authenticate(request: IncomingMessage): Caller {
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
