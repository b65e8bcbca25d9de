import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { CapabilityData } from '#cni/call/capabilities.ts'
import type { CniResult } from '#cni/call/result.ts'
import type { NetworkList } from '#cni/conf/network-list.ts'
import type { Attachment, PodIdentity } from '#kubelet/pod-network.ts'

/**
 * What is known of an attached pod: a file of its own, so that a restart of ours finds it, and a death in the middle
 * spoils no other.
 */
export interface AttachmentRecord extends Attachment {
  readonly pod: PodIdentity
  /** Place of its addresses in the node's ranges; absent for hostNetwork. */
  readonly offset?: number
  /** `prepared`: written before anything was made, so that what a death leaves half-made is found; then `attached`. */
  readonly state: 'prepared' | 'attached'
  /** Where plugins attach it: what they are told of it, now and when it goes, whatever is configured by then. */
  readonly cni?: CniRecord
}

export interface CniRecord {
  readonly containerId: string
  readonly list: NetworkList
  readonly capabilities: CapabilityData
  /** Absent until all plugins have done their part. */
  readonly result?: CniResult
}

/** What of a record concerns others than who writes it. */
interface KeptRecord {
  /** Its file's name. */
  readonly uid: string
  readonly pod: Pick<PodIdentity, 'uid' | 'namespace' | 'name' | 'hostNetwork'>
  readonly addresses: readonly string[]
  readonly offset?: number
  readonly state: 'prepared' | 'attached'
  readonly cni?: CniRecord
}

/** Where a node keeps its records; `stateDir`: its folder. */
export const recordsFolder = (stateDir: string): string => `${stateDir}/attachments`

/**
 * The pods that a node has attached to its own network, with all addresses of theirs, by what is recorded in its folder: a
 * pod whose sandbox is made anew may have two for a while.
 */
export const attachedPods = (stateDir: string): readonly Pick<KeptRecord, 'pod' | 'addresses'>[] => {
  const pods = new Map<string, Pick<KeptRecord, 'pod' | 'addresses'>>()
  for (const { state, pod, cni, addresses } of new AttachmentRecords<KeptRecord>(recordsFolder(stateDir)).read()) {
    // A container that runtimes attach may be no pod's.
    if (state !== 'attached' || pod.hostNetwork || cni !== undefined || pod.uid === '') continue
    pods.set(pod.uid, { pod, addresses: [...(pods.get(pod.uid)?.addresses ?? []), ...addresses] })
  }
  return [...pods.values()]
}

/** A node's records, in a folder of theirs: `UID.json`, and `last`, the offset that was given last. */
export class AttachmentRecords<R extends KeptRecord = AttachmentRecord> {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  }

  /**
   * All records. One that cannot be read was cut short while it was written the first time: nothing had been made by
   * then, and it is dropped.
   */
  read(): readonly R[] {
    const names = readdirSync(this.#directory)
    return names
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        try {
          return [JSON.parse(readFileSync(`${this.#directory}/${name}`, 'utf8')) as R]
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error
          rmSync(`${this.#directory}/${name}`, { force: true })
          return []
        }
      })
  }

  readLastOffset(): number {
    try {
      return Number(readFileSync(`${this.#directory}/last`, 'utf8')) || 0
    } catch {
      return 0
    }
  }

  /** Replaces at once: a reader sees the former record or this one. */
  write(record: R): void {
    const path = this.pathOf(record.uid)
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
    renameSync(`${path}.new`, path)
    if (record.offset !== undefined) writeFileSync(`${this.#directory}/last`, String(record.offset), { mode: 0o600 })
  }

  /** Where a pod's record lies, or will. */
  pathOf(uid: string): string {
    return `${this.#directory}/${uid}.json`
  }

  remove(uid: string): void {
    rmSync(this.pathOf(uid), { force: true })
  }
}
