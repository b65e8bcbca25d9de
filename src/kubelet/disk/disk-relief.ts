import type { Pod } from '#api/core/pod/message.ts'
import { type Clock, sleep } from '#clock/clock.ts'
import type { KubeletContext } from '../context.ts'
import { quantityValue } from '../quantity.ts'
import { type DiskUsage, totalUsage } from './disk-limits.ts'
import type { DiskRoom } from './disk-room.ts'
import { podDiskUsage } from './disk-usage.ts'
import { isCritical, type Watched } from './watched.ts'

const EPHEMERAL = 'ephemeral-storage'
const EVERYTHING = { volumes: new Map(), containers: new Map(), whole: { bytes: Number.POSITIVE_INFINITY, text: '' } }
/** Several nodes may have one disk: whose pod has taken the most of it waits the least, milliseconds. */
const MOST_WAIT_MS = 10_000
/** Whose end would not bring a good part of what is missing stays: it is not what fills the disk. */
const WORTHWHILE = 1 / 4

interface Taken {
  readonly pod: Watched
  readonly usage: DiskUsage
  readonly bytes: number
  /** Beyond what it asked for. */
  readonly excess: number
}

const requestOf = ({ spec }: Pod, container?: string): number =>
  (spec?.containers ?? [])
    .filter(({ name }) => container === undefined || name === container)
    .reduce((sum, { resources }) => sum + quantityValue(resources?.requests?.[EPHEMERAL] ?? '0'), 0)

const kibi = (bytes: number): string => `${Math.ceil(bytes / 1024)}Ki`

/** In Kubernetes' words. */
const lowText = ({ thresholdBytes, availableBytes }: ReturnType<DiskRoom['look']>, { pod, usage }: Taken): string => {
  const containers = [...usage.containers].flatMap(([name, used]) => {
    const request = requestOf(pod.entry.pod, name)
    if (used <= request) return []
    const asked = request === 0 ? '0' : kibi(request)
    return `Container ${name} was using ${kibi(used)}, request is ${asked}, has larger consumption of ${EPHEMERAL}. `
  })
  const low = `The node was low on resource: ${EPHEMERAL}. Threshold quantity: ${thresholdBytes}, available: ${kibi(availableBytes)}. `
  return [low, ...containers].join('')
}

interface Relief {
  readonly context: Pick<KubeletContext, 'runtime'>
  readonly pods: readonly Watched[]
  readonly room: DiskRoom
  /** Takes away from the disk what nobody uses. */
  readonly makeRoom?: (() => Promise<void>) | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Where the disk is all but full, ends the pod that has taken the most of it beyond what it asked for, of those that
 * matter least; one at a time. Nothing is measured otherwise.
 */
export const relieve = async ({ context, pods, room, makeRoom, clock, signal }: Relief): Promise<void> => {
  if (room.look().missingBytes === 0) return
  // As with Kubernetes: images before pods.
  await makeRoom?.()
  const { missingBytes, totalBytes, availableBytes } = room.look()
  if (missingBytes === 0) return
  const taken: Taken[] = []
  for (const pod of pods) {
    if (isCritical(pod.entry.pod)) continue
    const usage = await podDiskUsage(context, pod.entry, EVERYTHING)
    const bytes = totalUsage(usage)
    taken.push({ pod, usage, bytes, excess: bytes - requestOf(pod.entry.pod) })
  }
  const priority = ({ pod }: Taken): number => pod.entry.pod.spec?.priority ?? 0
  const [first] = taken
    .filter(({ excess }) => excess >= missingBytes * WORTHWHILE)
    .sort((a, b) => priority(a) - priority(b) || b.excess - a.excess)
  if (first === undefined) return
  await sleep(clock, MOST_WAIT_MS * (1 - Math.min(1, first.bytes / (totalBytes - availableBytes))), signal)
  const now = room.look()
  if (!signal.aborted && now.missingBytes > 0) first.pod.evict(lowText(now, first), { isDisruption: true })
}
