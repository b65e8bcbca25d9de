import type { Volume } from '#api/core/pod/volume/volume.ts'
import { type Check, counted, quotes, sorted } from './check.ts'

const ALLOWED: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

const sourceOf = (volume: Volume): string => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'

export const restrictedVolumes: Check = ({ spec }) => {
  const bad = (spec?.volumes ?? []).filter((volume) => !ALLOWED.some((source) => volume[source] !== undefined))
  if (bad.length === 0) return undefined
  const types = sorted(bad.map(sourceOf))
  const what = counted('restricted volume type', 'restricted volume types', types)
  const detail = `${counted('volume', 'volumes', bad)} ${quotes(bad.map(({ name }) => name))} ${counted('uses', 'use', bad)} ${what} ${quotes(types)}`
  return { reason: 'restricted volume types', detail }
}
