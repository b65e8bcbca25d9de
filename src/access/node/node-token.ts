import type { Pod } from '#api/core/pod/message.ts'
import { quoted } from '#schema/go-quoted.ts'

/** What a token is asked to be bound to. */
export interface BoundReference {
  readonly kind?: string
  readonly apiVersion?: string
  readonly name?: string
  readonly uid?: string
}

/** Whether a token is bound to a pod at all, which is all that a node may ask for; why not. */
export const nodeTokenRefusal = (bound: BoundReference | undefined): string | undefined => {
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name)
    return 'node requested token not bound to a pod'
  return bound.uid ? undefined : 'node requested token with a pod binding without a uid'
}

/** Whether a node may have a token for this pod, with these audiences; why not. */
export const podTokenRefusal = (
  node: string,
  { uid = '' }: BoundReference,
  pod: Pod,
  audiences: readonly string[],
): string | undefined => {
  if (uid !== pod.metadata?.uid)
    return `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
  if (pod.spec?.nodeName !== node) return 'node requested token bound to a pod scheduled on a different node'
  if (audiences.length > 1) return 'node may only request 0 or 1 audiences'
  const [audience = ''] = audiences
  const sources = pod.spec.volumes?.flatMap(({ projected }) => projected?.sources ?? []) ?? []
  const isMounted = sources.some(({ serviceAccountToken: token }) => token && (token.audience ?? '') === audience)
  return isMounted ? undefined : `audience ${quoted(audience)} not found in pod spec volume`
}
