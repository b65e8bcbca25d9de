import { randomUUID } from 'node:crypto'
import { type BoundReference, nodeTokenRefusal, podTokenRefusal } from '#access/node/node-token.ts'
import { TokenRequest } from '#api/authentication/tokenrequest/message.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type FieldError, fieldCauses, invalid as invalidField } from '#api/validation/field-error.ts'
import { quoted } from '#schema/go-quoted.ts'
import type { Caller } from '../access/caller.ts'
import { nodeOf } from '../access/node-authorizer.ts'
import type { TokenClaims, TokenSigner } from '../access/token.ts'
import { badRequest, conflict, forbidden, invalid, notFound } from '../errors.ts'
import { managedFieldsAfter, partKind } from '../registry/ownership.ts'
import type { Registry } from '../registry/registry.ts'
import type { CreatingHandler } from './subresource.ts'

interface TokenRequestBody extends ApiObject {
  readonly spec?: {
    readonly audiences?: readonly string[]
    readonly expirationSeconds?: number
    readonly boundObjectRef?: BoundReference | null
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

const TOKEN_REQUESTS = { group: 'authentication.k8s.io', kind: 'TokenRequest' }

/** Who asks owns the question, as if it were kept. */
const PART = partKind(TokenRequest, 'token')

/** Signs a token for a ServiceAccount, bound to a pod, a Secret or a Node where one is named (KEP-1205). */
export const createTokenRequest = (signer: TokenSigner): CreatingHandler => ({
  async create(registry, resource, name, body, request) {
    const { namespace = '' } = request
    const { spec = {}, metadata } = body as TokenRequestBody
    refuseElsewhere(metadata?.name, name, 'name')
    refuseElsewhere(metadata?.namespace, namespace, 'namespace')
    const account = registry.get(resource, namespace, name)
    const { uid = '' } = account.metadata ?? {}
    const asked = spec.expirationSeconds || DEFAULT_SECONDS
    refuse('', durationErrors(asked))
    const ref = spec.boundObjectRef ?? undefined
    refuseNode(registry, request.caller, namespace, name, ref, spec.audiences ?? [])
    const audiences = spec.audiences?.length ? spec.audiences : [signer.issuer]
    const bound = ref ? boundObject(registry, namespace, name, ref) : {}
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
        namespace,
        ...bound,
        serviceaccount: { name, uid },
        ...(extended ? { warnafter: now + asked } : {}),
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    }
    const managedFields = managedFieldsAfter(PART, {
      previous: undefined,
      next: { ...body, spec: { ...spec, expirationSeconds: asked } } as ApiObject,
      given: undefined,
      manager: request.manager ?? '',
      now: timeText(now * 1000),
    })
    const answer = {
      ...body,
      metadata: {
        name,
        namespace,
        uid,
        creationTimestamp: timeText(now * 1000),
        ...(managedFields && { managedFields }),
      },
      spec: { audiences, expirationSeconds: asked, boundObjectRef: ref ?? null },
      status: {
        token: signer.sign(claims),
        // What the client asked for, so that the kubelet renews in time even where the token itself lives longer.
        expirationTimestamp: timeText((now + asked) * 1000),
      },
    }
    return answer as unknown as ApiObject
  },
})

const refuse = (name: string, errors: readonly FieldError[]): void => {
  if (errors.length > 0) throw invalid(TOKEN_REQUESTS, name, fieldCauses(errors))
}

const refuseElsewhere = (given: string | undefined, wanted: string, field: 'name' | 'namespace'): void => {
  if (!given || given === wanted) return
  refuse(wanted, [invalidField(`metadata.${field}`, given, `must match the service account ${field} if specified`)])
}

const durationErrors = (seconds: number): readonly FieldError[] => {
  const problem =
    seconds < SHORTEST_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined
  return problem ? [invalidField('spec.expirationSeconds', seconds, problem)] : []
}

/** A node has tokens for the pods that are bound to it alone. */
const refuseNode = (
  registry: Registry,
  caller: Caller,
  namespace: string,
  account: string,
  ref: BoundReference | undefined,
  audiences: readonly string[],
): void => {
  const node = nodeOf(caller)
  if (node === undefined) return
  const why =
    nodeTokenRefusal(ref) ?? podTokenRefusal(node, ref!, registry.get(pods, namespace, ref!.name!) as Pod, audiences)
  if (why !== undefined) throw forbidden(serviceAccounts, account, why)
}

/** What a token may be bound to: it ends with it. */
const BOUND = [pods, secrets, nodes]

const boundObject = (
  registry: Registry,
  namespace: string,
  account: string,
  { apiVersion = '', kind = '', name = '', uid }: BoundReference,
): Partial<TokenClaims['kubernetes.io']> => {
  const resource = BOUND.find((one) => one.kind === kind)
  if (!resource || apiVersion.includes('/')) {
    const [version, group = ''] = apiVersion.split('/').reverse()
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`)
  }
  const object = registry.find(resource, namespace, name)
  if (!object) throw notFound(resource, name)
  if (resource === pods && (object as Pod).spec?.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${quoted(account)} to pod running with different serviceaccount name.`,
    )
  }
  const own = object.metadata?.uid ?? ''
  if (uid && uid !== own) {
    throw conflict(
      { group: '', plural: kind, kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  if (resource === secrets) return { secret: { name, uid: own } }
  if (resource === nodes) return { node: { name, uid: own } }
  const { nodeName } = (object as Pod).spec ?? {}
  const node = nodeName ? (registry.find(nodes, undefined, nodeName) as Node | undefined) : undefined
  return {
    ...(nodeName ? { node: { name: nodeName, ...(node?.metadata?.uid ? { uid: node.metadata.uid } : {}) } } : {}),
    pod: { name, uid: own },
  }
}
