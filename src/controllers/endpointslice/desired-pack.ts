import type { Endpoint, EndpointPort, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { canonical, sameValue } from '../values/equal.ts'

/** Endpoints that share one slice kind: same address family, same ports. */
export interface Group {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly ports: readonly EndpointPort[]
  readonly endpoints: readonly Endpoint[]
}

/** What all slices of the Service carry. */
export interface SliceMeta {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface SliceChanges {
  readonly create: readonly Omit<EndpointSlice, 'metadata'>[]
  readonly update: readonly EndpointSlice[]
  readonly delete: readonly EndpointSlice[]
}

const groupKey = (addressType: string, ports: readonly EndpointPort[] | undefined): string =>
  `${addressType} ${[...(ports ?? [])].map(canonical).sort().join()}`

/** Which pod or address an endpoint is, whatever its state. */
const identity = (endpoint: Endpoint): string =>
  endpoint.targetRef?.uid ?? [...(endpoint.addresses ?? []), endpoint.hostname ?? ''].join()

/**
 * Fits endpoints into the slices that exist, with few writes: what is there stays in its slice and is changed in place;
 * new ones fill slices that are written anyway, then the fullest one that takes all the rest, then new slices.
 */
export const packSlices = (
  groups: readonly Group[],
  existing: readonly EndpointSlice[],
  meta: SliceMeta,
  most: number,
): SliceChanges => {
  const byKey = new Map<string, EndpointSlice[]>()
  for (const slice of existing) {
    const key = groupKey(slice.addressType, slice.ports)
    byKey.set(key, [...(byKey.get(key) ?? []), slice])
  }
  const create: Omit<EndpointSlice, 'metadata'>[] = []
  const update: EndpointSlice[] = []
  const remove: EndpointSlice[] = []
  for (const { addressType, ports, endpoints } of groups) {
    const key = groupKey(addressType, ports)
    const slices = byKey.get(key) ?? []
    byKey.delete(key)
    const left = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]))
    const drafts = slices.map((slice) => {
      const kept: Endpoint[] = []
      for (const old of slice.endpoints ?? []) {
        const wanted = left.get(identity(old))
        if (!wanted || kept.length >= most) continue
        left.delete(identity(old))
        kept.push(wanted)
      }
      return { slice, kept, changed: !sameValue(kept, slice.endpoints) }
    })
    const fill = (draft: (typeof drafts)[number]) => {
      for (const [id, endpoint] of left) {
        if (draft.kept.length >= most) return
        draft.kept.push(endpoint)
        draft.changed = true
        left.delete(id)
      }
    }
    for (const draft of drafts) if (draft.changed) fill(draft)
    if (left.size > 0 && left.size < most) {
      const roomy = drafts
        .filter((draft) => !draft.changed && draft.kept.length + left.size <= most)
        .sort((a, b) => b.kept.length - a.kept.length)[0]
      if (roomy) fill(roomy)
    }
    const rest = [...left.values()]
    const placeholder = endpoints.length === 0
    // Without endpoints one empty slice stays (or is made), so that "none" is told apart from "not looked at yet".
    const empty = drafts.filter(({ kept }) => kept.length === 0)
    for (const draft of placeholder ? empty.slice(1) : empty) remove.push(draft.slice)
    for (const { slice, kept } of drafts) {
      if (remove.includes(slice)) continue
      const next: EndpointSlice = {
        ...slice,
        metadata: { ...slice.metadata, labels: meta.labels, annotations: keepForeign(slice, meta) },
        endpoints: kept,
      }
      if (!sameValue(next, slice)) update.push(next)
    }
    for (let at = 0; at < rest.length; at += most)
      create.push({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        addressType,
        ports,
        endpoints: rest.slice(at, at + most),
      })
    if (placeholder && slices.length === 0)
      create.push({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType, ports, endpoints: [] })
  }
  for (const slices of byKey.values()) remove.push(...slices)
  return { create, update, delete: remove }
}

/** Annotations that others put on the slice stay. */
const keepForeign = (slice: EndpointSlice, meta: SliceMeta): Readonly<Record<string, string>> => ({
  ...slice.metadata?.annotations,
  ...meta.annotations,
})
