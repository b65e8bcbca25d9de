import { isTerminal, runningContainers } from '#objects/pod.ts'
import { containerCgroup } from '../container/container-cgroup.ts'
import type { ContainerEntry } from '../container/container-entry.ts'
import { planResize, type Resizing, requestsOf } from '../container/plan/resize-plan.ts'
import { cgroupLimits } from '../container/spec/container-spec.ts'
import type { KubeletContext } from '../context.ts'
import { errorText } from '../kubelet-error.ts'
import type { PodEntry } from './pod-entry.ts'

/** Why a pod does not have what it wants. */
export interface ResizeTrouble {
  /** A condition of the pod. */
  readonly type: 'PodResizePending' | 'PodResizeInProgress'
  readonly reason: 'Infeasible' | 'Deferred' | 'Error'
  readonly message: string
}

/** Gives the containers of one pod what it wants of processor and memory while they run. */
export class PodResizer {
  readonly #context: KubeletContext
  readonly #pod: PodEntry
  readonly #changed: () => void
  readonly #under = new Set<string>()
  trouble: ResizeTrouble | undefined

  /** `changed`: the status shows something else now. */
  constructor(context: KubeletContext, pod: PodEntry, changed: () => void) {
    this.#context = context
    this.#pod = pod
    this.#changed = changed
  }

  /** Does what can be done now; gives the containers that ask to be started again for it. */
  advance(): readonly ContainerEntry[] {
    const running = [...this.#pod.containers.values()].filter(
      ({ role, phase, given }) => (role === 'main' || role === 'sidecar') && phase.phase === 'running' && given,
    )
    const resizing = running.map(({ container, given }): Resizing => ({ container, given: given! }))
    const plan = planResize(resizing, { allocatable: this.#context.allocatable, others: () => this.#others() })
    if (plan.kind === 'infeasible' || plan.kind === 'deferred') {
      const reason = plan.kind === 'infeasible' ? 'Infeasible' : 'Deferred'
      this.trouble = { type: 'PodResizePending', reason, message: plan.message }
      return []
    }
    if (plan.kind === 'none') {
      if (this.#under.size === 0) this.trouble = undefined
      return []
    }
    for (const name of plan.update) void this.#update(this.#pod.containers.get(name)!)
    return plan.restart.map((name) => this.#pod.containers.get(name)!)
  }

  async #update(entry: ContainerEntry): Promise<void> {
    const { name } = entry.container
    if (this.#under.has(name) || entry.id === undefined) return
    const wanted = entry.container.resources ?? {}
    const limits = cgroupLimits(wanted)
    const below = this.#belowUsage(name, limits.memoryLimitBytes)
    if (below !== undefined) {
      this.trouble = { type: 'PodResizeInProgress', reason: 'Error', message: below }
      return
    }
    this.#under.add(name)
    try {
      await this.#context.runtime.resize(entry.id, limits)
      if (entry.phase.phase === 'running') entry.given = wanted
      this.trouble = undefined
      const message = `Pod resize completed: container ${name} has ${JSON.stringify(wanted)}`
      this.#context.record(this.#pod.pod, 'Normal', 'ResizeCompleted', message, name)
    } catch (error) {
      this.trouble = { type: 'PodResizeInProgress', reason: 'Error', message: errorText(error) }
      this.#context.log(`container ${entry.id}: cannot be resized`, error)
    }
    this.#under.delete(name)
    this.#changed()
  }

  /** A kernel would free what it can and kill for the rest, or refuse: told in Kubernetes' words. */
  #belowUsage(name: string, most = Number.POSITIVE_INFINITY): string | undefined {
    const { runtime, node } = this.#context
    const used = runtime.usage(containerCgroup(node.name, this.#pod.uid, name))?.memoryBytes ?? 0
    if (most >= used) return undefined
    return `attempting to set container "${name}" memory limit (${most}) below current usage (${used})`
  }

  #others() {
    const neighbours = this.#context
      .neighbours()
      .filter((pod) => pod.metadata?.uid !== this.#pod.uid && !isTerminal(pod))
    return requestsOf(neighbours.flatMap((pod) => runningContainers(pod).map(({ resources }) => resources)))
  }
}
