import { randomUUID } from 'node:crypto'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { type ApiObject, groupVersion } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import type { TokenClaims, TokenSigner } from '../access/token.ts'
import { badRequest, conflict, invalid, notFound } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import type { SubresourceHandler } from './subresource.ts'

interface TokenRequestBody extends ApiObject {
  readonly spec?: {
    readonly audiences?: readonly string[]
    readonly expirationSeconds?: number
    readonly boundObjectRef?: {
      readonly kind?: string
      readonly apiVersion?: string
      readonly name?: string
      readonly uid?: string
    } | null
  }
}

const DEFAULT_SECONDS = 3600
const SHORTEST_SECONDS = 600
/** 2^32 seconds, upstream's limit. */
const LONGEST_SECONDS = 2 ** 32
/**
 * The kubelet asks for an hour and this much, and tokens mounted into pods live a year so that old clients that never
 * read them again keep working.
 */
const EXTENDED_FROM = 3607
const EXTENDED_SECONDS = 365 * 24 * 3600

const TOKEN_REQUESTS = { group: 'authentication.k8s.io', plural: 'tokenrequests', kind: 'TokenRequest' }

/** Signs a token for a ServiceAccount, bound to a pod or secret where one is named (KEP-1205). */
export const createTokenRequest = (signer: TokenSigner): SubresourceHandler => ({
  async create(registry, resource, name, body, request) {
    const spec = (body as TokenRequestBody).spec ?? {}
    const account = registry.get(resource, request.namespace, name)
    const { uid = '' } = account.metadata ?? {}
    const asked = spec.expirationSeconds || DEFAULT_SECONDS
    checkDuration(asked)
    const audiences = spec.audiences?.length ? spec.audiences : [signer.issuer]
    const bound = spec.boundObjectRef ? boundObject(registry, request.namespace ?? '', spec.boundObjectRef) : {}
    const now = Math.floor(registry.now().getTime() / 1000)
    const extended = asked === EXTENDED_FROM && 'pod' in bound && audiences.includes(signer.issuer)
    const seconds = extended ? EXTENDED_SECONDS : asked
    const claims: TokenClaims = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: signer.issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace: request.namespace ?? '',
        ...bound,
        serviceaccount: { name, uid },
        ...(extended ? { warnafter: now + asked } : {}),
      },
      nbf: now,
      sub: `system:serviceaccount:${request.namespace}:${name}`,
    }
    const answer = {
      ...body,
      metadata: { name, namespace: request.namespace, uid, creationTimestamp: account.metadata?.creationTimestamp },
      spec: { audiences, expirationSeconds: asked, boundObjectRef: spec.boundObjectRef ?? null },
      status: {
        token: signer.sign(claims),
        // What the client asked for, so that the kubelet renews in time even where the token itself lives longer.
        expirationTimestamp: timeText((now + asked) * 1000),
      },
    }
    return answer as unknown as ApiObject
  },
})

/** What a token may be bound to: it ends with it. */
const BOUND = [pods, secrets]

const checkDuration = (seconds: number): void => {
  const problem =
    seconds < SHORTEST_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined
  if (!problem) return
  throw invalid(TOKEN_REQUESTS, '', [
    { reason: 'FieldValueInvalid', message: `Invalid value: ${seconds}: ${problem}`, field: 'spec.expirationSeconds' },
  ])
}

const boundObject = (
  registry: Registry,
  namespace: string,
  ref: NonNullable<NonNullable<TokenRequestBody['spec']>['boundObjectRef']>,
): Partial<TokenClaims['kubernetes.io']> => {
  const resource = BOUND.find(({ kind }) => kind === ref.kind)
  if (!resource || (ref.apiVersion && ref.apiVersion !== groupVersion(resource))) {
    throw badRequest(
      `cannot bind token to object of type ${ref.apiVersion ?? ''}, Kind=${ref.kind ?? ''}: only Pod and Secret of v1`,
    )
  }
  const name = ref.name ?? ''
  const object = registry.find(resource, namespace, name)
  if (!object) throw notFound(resource, name)
  const uid = object.metadata?.uid ?? ''
  if (ref.uid && ref.uid !== uid) {
    throw conflict(
      resource,
      name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  if (resource === secrets) return { secret: { name, uid } }
  const nodeName = (object as Pod).spec?.nodeName
  const node = nodeName ? registry.find(nodes, undefined, nodeName) : undefined
  return {
    ...(node ? { node: { name: nodeName!, uid: node.metadata?.uid ?? '' } } : {}),
    pod: { name, uid },
  }
}
