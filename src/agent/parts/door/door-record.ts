import { createHash } from 'node:crypto'
import type { PerFamily } from '#net/per-family.ts'

/**
 * What is known of a link that a runtime has asked for: a file of its own beside those of other networks of ours, so that
 * policies find the pod at their start.
 */
export interface DoorRecord {
  /** The file's name, and the link's: of container and link. */
  readonly uid: string
  /** Whose it is; a container that is no pod's is told by its own name. */
  readonly pod: {
    readonly uid: string
    readonly namespace: string
    readonly name: string
    readonly hostname: string
    readonly hostNetwork: false
  }
  readonly addresses: PerFamily
  /** Place of its addresses in the node's ranges of its time. */
  readonly offset: number
  /** `prepared`: written before anything was made. */
  readonly state: 'prepared' | 'attached'
  readonly network: string
  readonly containerId: string
  readonly ifName: string
  /** As the host sees it, and which one lay there. */
  readonly netns: string
  readonly netnsId: string
  /** Names of links and namespaces mean another machine's life after a start of the machine. */
  readonly bootId: string
}

/** The key of a link, which its record and the node's end are named by: 15 octets is what a link's name can have. */
export const linkKey = (containerId: string, ifName: string): string =>
  createHash('sha256').update(`${containerId}\0${ifName}`).digest('hex').slice(0, 32)
