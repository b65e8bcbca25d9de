import { join } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import { type ContainerEntry, makeEntries } from '../container/container-entry.ts'
import type { KubeletContext } from '../context.ts'
import type { PodFacts } from '../env/field-ref.ts'
import { kernelHostname } from '../etc/pod-hostname.ts'
import { podHandler } from '../handler/pod-handler.ts'
import type { Attachment } from '../pod-network.ts'
import { PodVolumes } from '../volumes/pod-volumes.ts'

/**
 * How far a pod is. `refused`: nothing of it will run. `renewing`: what ran in a sandbox that is gone is being ended.
 * `finished`: everything has ended, only its status and logs are left.
 */
export type Stage = 'new' | 'preparing' | 'ready' | 'renewing' | 'refused' | 'finished' | 'terminating' | 'gone'

/** One pod, as its worker drives it: the only mutable record of it. Each of its containers has a ContainerEntry. */
export class PodEntry {
  readonly uid: string
  /** On this node's disk: volumes, termination messages, and the files of /etc. */
  readonly dir: string
  readonly logDir: string
  readonly volumes: PodVolumes
  /** By name, in the order in which they start. */
  readonly containers: Map<string, ContainerEntry>
  /** The newest version that was told. */
  pod: Pod
  /** By which its RuntimeClass has it run; undefined while nobody here knows that class. */
  handler: string | undefined
  /** Absent until the network has been attached. */
  sandbox: Attachment | undefined
  /** The id of what holds the process namespace that its containers share, while that runs. */
  holder: string | undefined
  /** Tries its sandbox again at once, where it waits with that. */
  hurrySandbox: () => void = () => undefined
  /**
   * No further try at its sandbox; resolves when none is under way, and all that was made of it is there to be taken away.
   * `isForGood`: nobody waits for it any more.
   */
  leaveSandbox: (isForGood: boolean) => Promise<void> = async () => undefined
  readonly #context: KubeletContext

  constructor(context: KubeletContext, pod: Pod) {
    const { uid = '', namespace, name } = pod.metadata ?? {}
    this.uid = uid
    this.dir = join(context.stateDir, 'pods', uid)
    this.logDir = join(context.stateDir, 'logs', `${namespace}_${name}_${uid}`)
    this.volumes = new PodVolumes(context, pod, this.dir)
    this.containers = makeEntries(pod)
    this.pod = pod
    this.handler = podHandler(context, pod)
    this.#context = context
  }

  /** Takes the pod's newest version, and each container's; containers that were added to it come last. */
  update(pod: Pod): void {
    this.pod = pod
    for (const [name, fresh] of makeEntries(pod)) {
      const entry = this.containers.get(name)
      if (entry !== undefined) entry.container = fresh.container
      else if (fresh.role === 'ephemeral') this.containers.set(name, fresh)
    }
  }

  get facts(): PodFacts {
    const { node, allocatable } = this.#context
    const podIPs = this.pod.spec?.hostNetwork ? node.addresses : (this.sandbox?.addresses ?? [])
    return { hostIPs: node.addresses, podIPs, allocatable }
  }

  /** Where probes and hooks connect; empty before there is an address. */
  get address(): string {
    return this.facts.podIPs[0] ?? ''
  }

  get hostname(): string {
    return kernelHostname(this.pod, this.#context.node.name, this.#context.dns.clusterDomain)
  }
}
