import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { type Amounts, addAmounts, largestAmounts } from '#schema/quantity-sum.ts'
import { quantityValue } from '../quantity.ts'

const EPHEMERAL = 'ephemeral-storage'

/** What of the node's disk a pod may take, in bytes, with the amounts as they are written. */
export interface DiskLimits {
  /** By the names of emptyDir volumes on disk. */
  readonly volumes: ReadonlyMap<string, DiskLimit>
  /** By the names of containers: what they write in their own files, with their logs. */
  readonly containers: ReadonlyMap<string, DiskLimit>
  /** Of all that is the pod's; undefined where no container has a limit. */
  readonly whole?: DiskLimit
}

interface DiskLimit {
  readonly bytes: number
  readonly text: string
}

/** What it has taken, by the same names, in bytes. */
export interface DiskUsage {
  readonly volumes: ReadonlyMap<string, number>
  readonly containers: ReadonlyMap<string, number>
  /** What all its containers share, and may write to: files of /etc. */
  readonly shared: number
}

/** All that a pod has taken, in bytes. */
export const totalUsage = ({ volumes, containers, shared }: DiskUsage): number =>
  [...volumes.values(), ...containers.values()].reduce((sum, one) => sum + one, shared)

const limitOf = (text: string | undefined): DiskLimit | undefined => {
  if (text === undefined) return undefined
  return { bytes: quantityValue(text), text }
}

/** Whether what is written to a volume counts for its pod: an emptyDir on disk. */
export const isOnDisk = ({ emptyDir }: Volume): boolean => emptyDir !== undefined && emptyDir.medium !== 'Memory'

const byName = <T extends { readonly name: string }>(
  all: readonly T[],
  limit: (one: T) => DiskLimit | undefined,
): ReadonlyMap<string, DiskLimit> =>
  new Map(
    all.flatMap((one) => {
      const found = limit(one)
      return found ? [[one.name, found] as const] : []
    }),
  )

/** Undefined where nothing of it is limited: then nobody has to measure. */
export const diskLimits = ({ spec }: Pod): DiskLimits | undefined => {
  const volumes = byName(spec?.volumes ?? [], (volume) => {
    const limit = isOnDisk(volume) ? limitOf(volume.emptyDir?.sizeLimit) : undefined
    return limit && limit.bytes > 0 ? limit : undefined
  })
  const ofContainer = ({ resources }: Container) => limitOf(resources?.limits?.[EPHEMERAL])
  const [main, init] = [spec?.containers ?? [], spec?.initContainers ?? []]
  const containers = byName([...main, ...init], ofContainer)
  if (volumes.size === 0 && containers.size === 0) return undefined
  if (containers.size === 0) return { volumes, containers }
  const amountOf = ({ resources }: Container): Amounts => {
    const amount = resources?.limits?.[EPHEMERAL]
    return amount === undefined ? {} : { [EPHEMERAL]: amount }
  }
  const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always'
  const together = [...main, ...init.filter(isSidecar)].map(amountOf).reduce(addAmounts, {})
  const alone = init.filter((one) => !isSidecar(one)).map(amountOf)
  const whole = limitOf(alone.reduce(largestAmounts, together)[EPHEMERAL])
  return { volumes, containers, ...(whole && { whole }) }
}

/** Why a pod may not stay, in Kubernetes' words and order; undefined where it has not taken too much. */
export const diskExcess = (limits: DiskLimits, usage: DiskUsage): string | undefined => {
  for (const [name, { bytes, text }] of limits.volumes)
    if ((usage.volumes.get(name) ?? 0) > bytes)
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${text}". `
  if (limits.whole !== undefined && totalUsage(usage) > limits.whole.bytes)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${limits.whole.text}. `
  for (const [name, { bytes, text }] of limits.containers)
    if ((usage.containers.get(name) ?? 0) > bytes)
      return `Container ${name} exceeded its local ephemeral storage limit "${text}". `
  return undefined
}
