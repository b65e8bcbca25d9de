import type { Pod } from '#api/core/pod/message.ts'
import type { ApiObject } from '#api/resource.ts'
import type { KubeletContext } from '../context.ts'
import type { TokenSource } from './volume-files.ts'

interface TokenRequest extends ApiObject {
  readonly spec: {
    readonly audiences?: readonly string[]
    readonly expirationSeconds: number
    readonly boundObjectRef: {
      readonly kind: 'Pod'
      readonly apiVersion: 'v1'
      readonly name?: string
      readonly uid?: string
    }
  }
  readonly status?: { readonly token: string; readonly expirationTimestamp: string }
}

interface Held {
  readonly token: string
  readonly refreshAt: number
}

const DEFAULT_SECONDS = 3600
/** However long a token lives, it is renewed after a day. */
const LONGEST_MS = 86_400_000

/**
 * The tokens of one pod: asked for by TokenRequest, bound to the pod, and renewed when 80 % of their life is over, or a
 * day.
 */
export class PodTokens {
  readonly #context: KubeletContext
  readonly #pod: Pod
  readonly #held = new Map<string, Held>()

  constructor(context: KubeletContext, pod: Pod) {
    this.#context = context
    this.#pod = pod
  }

  /** When the first of them wants renewal (milliseconds); undefined where there are none. */
  get refreshAt(): number | undefined {
    return this.#held.size === 0 ? undefined : Math.min(...[...this.#held.values()].map(({ refreshAt }) => refreshAt))
  }

  readonly get: TokenSource = async ({ audience, expirationSeconds = DEFAULT_SECONDS }) => {
    const { client, resources, clock } = this.#context
    const key = `${audience ?? ''}/${expirationSeconds}`
    const held = this.#held.get(key)
    if (held !== undefined && clock.now() < held.refreshAt) return held.token
    const request: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: this.#pod.spec?.serviceAccountName || 'default', namespace: this.#pod.metadata?.namespace },
      spec: {
        ...(audience !== undefined && audience !== '' && { audiences: [audience] }),
        expirationSeconds,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: this.#pod.metadata?.name, uid: this.#pod.metadata?.uid },
      },
    }
    const asked = clock.now()
    // The subresource takes and gives another kind than its resource's own; the client passes it through.
    const answer = (await client.create(resources.serviceAccounts, request as never, {
      namespace: this.#pod.metadata?.namespace,
      subresource: 'token',
    })) as unknown as TokenRequest
    if (!answer.status?.token) throw new Error(`serviceaccount ${request.metadata?.name}: the server gave no token`)
    const life = Date.parse(answer.status.expirationTimestamp) - asked
    const refreshAt = asked + Math.min(Math.max(life, 1000) * 0.8, LONGEST_MS)
    this.#held.set(key, { token: answer.status.token, refreshAt })
    return answer.status.token
  }
}
