import type { PodPolicies } from '../network/pod-network.ts'
import type { NamedPod } from '../policies/pod-name.ts'

/**
 * Policies know a pod by its UID and all its addresses; runtimes attach containers, and while a pod's sandbox is made anew
 * it has two of them.
 */
export class HeldLinks {
  readonly #policies: () => PodPolicies<NamedPod> | undefined
  /** Pod's UID → key of a link → its addresses. */
  readonly #pods = new Map<string, Map<string, readonly string[]>>()

  constructor(policies: () => PodPolicies<NamedPod> | undefined) {
    this.#policies = policies
  }

  /** Rejects where the pod cannot be held to its policies. */
  async hold(key: string, pod: NamedPod, addresses: readonly string[]): Promise<void> {
    if (pod.uid === '') return
    this.note(key, pod.uid, addresses)
    await this.#policies()?.hold(pod, this.#all(pod.uid))
  }

  /** Of a link that stands since before our start, which policies have found by themselves. */
  note(key: string, uid: string, addresses: readonly string[]): void {
    const links = this.#pods.get(uid) ?? new Map<string, readonly string[]>()
    links.set(key, addresses)
    this.#pods.set(uid, links)
  }

  async release(key: string, pod: NamedPod): Promise<void> {
    const links = this.#pods.get(pod.uid)
    if (links?.delete(key) === false || pod.uid === '') return
    if (links !== undefined && links.size > 0) return await this.#policies()?.hold(pod, this.#all(pod.uid))
    this.#pods.delete(pod.uid)
    this.#policies()?.release(pod)
  }

  #all(uid: string): readonly string[] {
    return [...(this.#pods.get(uid)?.values() ?? [])].flat()
  }
}
