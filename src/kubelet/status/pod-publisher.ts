import type { Pod } from '#api/core/pod/message.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { timeText } from '#api/time-text.ts'
import { type ContainerEntry, planInput, statusView } from '../container/container-entry.ts'
import { backoffText } from '../container/plan/backoff.ts'
import { planContainers } from '../container/plan/container-plan.ts'
import type { KubeletContext } from '../context.ts'
import { type PodFacts, podStatus } from './pod-status.ts'

/** `name_namespace(uid)`, as Kubernetes writes a pod in messages. */
export const fullPodName = ({ metadata }: Pod): string => `${metadata?.name}_${metadata?.namespace}(${metadata?.uid})`

/** Computes one pod's status from its entries and hands it to the writer. */
export class PodPublisher {
  readonly #context: KubeletContext
  #published: PodStatus | undefined

  constructor(context: KubeletContext) {
    this.#context = context
  }

  publish(
    pod: Pod,
    entries: ReadonlyMap<string, ContainerEntry>,
    known: Omit<PodFacts, 'views' | 'initialized' | 'hostIPs'>,
  ): void {
    const { clock, node, statuses } = this.#context
    const crash = (entry: ContainerEntry) => (delay: number) =>
      `back-off ${backoffText(delay)} restarting failed container=${entry.container.name} pod=${fullPodName(pod)}`
    const inputs = new Map([...entries].map(([key, entry]) => [key, planInput(entry)]))
    const facts: PodFacts = {
      ...known,
      views: new Map([...entries].map(([key, entry]) => [key, statusView(entry, crash(entry))])),
      initialized: planContainers(pod.spec ?? { containers: [] }, inputs, clock.now()).initialized,
      hostIPs: node.addresses,
    }
    const before = this.#asPublished(pod)
    const status = podStatus(before, facts, timeText(clock.now()))
    this.#published = status
    // A container that runs and will be ready in a moment is not worth a write of its own, nor is one that the pod's
    // end takes with it.
    const settling =
      facts.terminating ||
      ((status.phase === 'Pending' || before.status?.phase !== 'Running') &&
        [...entries.values()].some(
          ({ phase, ready, role, hold }) =>
            role !== 'init' && role !== 'ephemeral' && !ready && phase.phase !== 'exited' && !hold,
        ))
    statuses.set(pod, status, !settling)
  }

  /**
   * The pod with the newest status of ours, which the cache may not have yet: else a condition's transition would be
   * dated twice.
   */
  #asPublished(pod: Pod): Pod {
    const own = this.#published
    if (own === undefined) return pod
    const foreign = (pod.status?.conditions ?? []).filter(
      ({ type }) => !own.conditions?.some((mine) => mine.type === type),
    )
    return { ...pod, status: { ...pod.status, ...own, conditions: [...(own.conditions ?? []), ...foreign] } }
  }
}
