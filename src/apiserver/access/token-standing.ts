import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { quotedList } from '#schema/go-quoted.ts'
import type { Reader, ReadResource } from '../registry/reader.ts'
import type { Caller } from './caller.ts'
import { LEGACY_ISSUER, type LegacyClaims, type TokenClaims } from './token.ts'

/** Whom a token speaks for, and to which of those that asked; or why it is refused. */
export type TokenReview =
  | { readonly authenticated: true; readonly caller: Caller; readonly audiences: readonly string[] }
  | { readonly authenticated: false; readonly error: string }

interface Asking {
  readonly reader: Reader
  readonly now: Date
  /** One of these must be the token's. */
  readonly audiences: readonly string[]
  /** The audience of tokens that name none. */
  readonly own: string
  /** As it came. */
  readonly token: string
}

const INVALIDATED = 'service account token has been invalidated'
/** Seconds for which clocks may differ: what goes takes its tokens with it this much later. */
const LEEWAY = 60

const refused = (error: string): TokenReview => ({ authenticated: false, error: `[invalid bearer token, ${error}]` })

const accountCaller = (namespace: string, name: string, uid: string): Caller => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  uid,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
})

/** Whether a token whose signature holds is still good, and for whom. */
export const tokenStanding = (claims: TokenClaims | LegacyClaims, asking: Asking): TokenReview => {
  const given = claims.iss === LEGACY_ISSUER ? [asking.own] : (claims as TokenClaims).aud
  const audiences = given.filter((audience) => asking.audiences.includes(audience))
  if (audiences.length === 0) {
    const wanted = quotedList(asking.audiences)
    const error = `token audiences ${quotedList(given)} is invalid for the target audiences ${wanted}`
    return { authenticated: false, error }
  }
  return claims.iss === LEGACY_ISSUER
    ? legacyStanding(claims as LegacyClaims, asking, audiences)
    : boundStanding(claims as TokenClaims, asking, audiences)
}

const EXTRA = 'authentication.kubernetes.io/'

/** A bound token dies with its time, its ServiceAccount, and the object that it is bound to. */
const boundStanding = (claims: TokenClaims, { reader, now }: Asking, audiences: readonly string[]): TokenReview => {
  const seconds = now.getTime() / 1000
  if (claims.exp <= seconds - LEEWAY) return refused('service account token has expired')
  if (claims.nbf > seconds + LEEWAY) return refused('service account token is not valid yet')
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io']
  const isGone = (resource: ReadResource, bound: { readonly name: string; readonly uid?: string }): boolean => {
    const metadata = reader.find(resource, namespace, bound.name)?.metadata
    if (metadata?.uid !== bound.uid) return true
    const end = metadata?.deletionTimestamp
    return end !== undefined && Date.parse(end) / 1000 < seconds - LEEWAY
  }
  // A pod's token only says on which node the pod is.
  const bound = [pod && isGone(pods, pod), secret && isGone(secrets, secret), node && !pod && isGone(nodes, node)]
  if (isGone(serviceAccounts, serviceaccount) || bound.includes(true)) return refused(INVALIDATED)
  const extra = {
    [`${EXTRA}credential-id`]: [`JTI=${claims.jti}`],
    ...(node ? { [`${EXTRA}node-name`]: [node.name] } : {}),
    ...(node?.uid ? { [`${EXTRA}node-uid`]: [node.uid] } : {}),
    ...(pod ? { [`${EXTRA}pod-name`]: [pod.name], [`${EXTRA}pod-uid`]: [pod.uid] } : {}),
  }
  const caller = { ...accountCaller(namespace, serviceaccount.name, serviceaccount.uid), extra }
  return { authenticated: true, caller, audiences }
}

const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

/** A token of a Secret is good as long as the Secret keeps it. */
const legacyStanding = (claims: LegacyClaims, { reader, token }: Asking, audiences: readonly string[]): TokenReview => {
  const claim = (name: 'namespace' | 'secret.name' | 'service-account.name' | 'service-account.uid'): string =>
    claims[`kubernetes.io/serviceaccount/${name}`]
  const [namespace, account, uid] = [claim('namespace'), claim('service-account.name'), claim('service-account.uid')]
  const secret = reader.find(secrets, namespace, claim('secret.name')) as Secret | undefined
  const kept = secret?.data?.token
  if (!kept || Buffer.from(kept, 'base64').toString() !== token) return refused(INVALIDATED)
  if (secret?.metadata?.deletionTimestamp) return refused(INVALIDATED)
  if (secret?.metadata?.labels?.[INVALID_SINCE] !== undefined)
    return refused(
      `the token in secret ${namespace}/${claim('secret.name')} for service account ${namespace}/${account} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`,
    )
  if (reader.find(serviceAccounts, namespace, account)?.metadata?.uid !== uid) return refused(INVALIDATED)
  return { authenticated: true, caller: accountCaller(namespace, account, uid), audiences }
}
