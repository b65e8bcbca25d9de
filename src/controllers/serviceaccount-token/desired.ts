import type { Secret } from '#api/core/secret/message.ts'
import type { ServiceAccount } from '#api/core/serviceaccount/message.ts'

const TOKEN_TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

/** The ServiceAccount whose token a Secret is to keep; undefined of any other Secret. */
export const accountNameOf = ({ type, metadata }: Secret): string | undefined =>
  type === TOKEN_TYPE ? metadata?.annotations?.[NAME] : undefined

/** What a Secret is filled with, base64 as Secrets keep it. */
interface Parts {
  readonly rootCa: string
  readonly namespace: string
  /** Made only where the Secret has none. */
  token(): string
}

/**
 * What becomes of a Secret that keeps a token: filled with what it lacks, or gone with its ServiceAccount. Undefined
 * where it is as it should be.
 */
export const desiredTokenSecret = (
  secret: Secret,
  account: ServiceAccount | undefined,
  { rootCa, namespace, token }: Parts,
): Secret | 'gone' | undefined => {
  const { annotations = {} } = secret.metadata ?? {}
  const { uid = '' } = account?.metadata ?? {}
  // Of another account of that name, which is not there any more.
  if (!account || (annotations[UID] && annotations[UID] !== uid)) return 'gone'
  const { data = {} } = secret
  const isWhole = data['ca.crt'] === rootCa && data.namespace === namespace && data.token && annotations[UID]
  if (isWhole) return undefined
  return {
    ...secret,
    metadata: { ...secret.metadata, annotations: { ...annotations, [UID]: uid } },
    data: { ...data, 'ca.crt': rootCa, namespace, token: data.token || token() },
  }
}
