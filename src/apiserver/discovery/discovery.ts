import { createHash } from 'node:crypto'
import { compareVersions } from '#api/apiextensions/custom/version-order.ts'
import { type Kind, storedKind } from '#api/catalogue/kind.ts'
import type { Subresource } from '#api/catalogue/subresource.ts'
import { groupVersion } from '#api/resource.ts'
import type { Review } from '../access/reviews/review.ts'

interface Entry {
  readonly name: string
  readonly singular: string
  readonly namespaced: boolean
  readonly kind: string
  /** Of the body, where it is of another group than the path. */
  readonly foreign?: { readonly group: string; readonly version: string }
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  /** Changes with the form in which the objects are stored; absent: nothing is stored. */
  readonly storageVersionHash?: string
  readonly isCustom?: boolean
}

interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly entries: readonly Entry[]
}

const hashes = new Map<string, string>()

/** As Kubernetes makes it, which clients keep: of group, version and kind of what is stored. */
const storageVersionHash = (kind: Kind): string => {
  const { resource } = storedKind(kind)
  const { storageVersion = resource.version } = kind
  const text = `${resource.group}/${storageVersion}/${resource.kind}`
  let hash = hashes.get(text)
  if (hash === undefined) {
    hash = createHash('sha256').update(text).digest().subarray(0, 8).toString('base64')
    hashes.set(text, hash)
  }
  return hash
}

const subresourceEntry = ({ resource }: Kind, name: string, { body, verbs }: Subresource): Entry => {
  const [apiVersion, kind] = body?.gvk ?? [groupVersion(resource), resource.kind]
  const [version, group] = apiVersion.split('/').reverse() as [string, string?]
  return {
    name: `${resource.plural}/${name}`,
    singular: '',
    namespaced: resource.namespaced,
    kind,
    ...(apiVersion === groupVersion(resource) ? {} : { foreign: { group: group ?? '', version } }),
    verbs,
    shortNames: [],
    categories: [],
  }
}

/** Parts of custom resources stay in the order in which their definitions have them. */
const byName = (one: Entry, other: Entry): number => {
  const [a, b] = one.isCustom && other.isCustom ? [pluralOf(one), pluralOf(other)] : [one.name, other.name]
  return a < b ? -1 : a > b ? 1 : 0
}

const pluralOf = ({ name }: Entry): string => name.split('/')[0]!

/**
 * What is served, by group and version in the order of the catalogue, each with its resources and subresources by name.
 */
export const groupVersionsOf = (kinds: readonly Kind[], reviews: readonly Review[]): readonly GroupVersion[] => {
  const found = new Map<string, { group: string; version: string; entries: Entry[] }>()
  const of = (group: string, version: string): Entry[] => {
    const key = `${group}/${version}`
    const known = found.get(key) ?? { group, version, entries: [] }
    found.set(key, known)
    return known.entries
  }
  for (const served of kinds) {
    const { group, version, plural, singular, namespaced, kind, shortNames, categories } = served.resource
    const entries = of(group, version)
    const { verbs } = served
    const stored = served.isMeasured ? {} : { storageVersionHash: storageVersionHash(served) }
    const isCustom = served.resource.message.open !== undefined
    const names = { name: plural, singular, namespaced, kind, shortNames, categories }
    entries.push({ ...names, verbs, ...stored, isCustom })
    for (const [name, part] of Object.entries(served.subresources))
      entries.push({ ...subresourceEntry(served, name, part), isCustom })
  }
  for (const { group, version, plural, singular, kind, namespaced } of reviews) {
    of(group, version).push({
      name: plural,
      singular,
      namespaced,
      kind,
      verbs: ['create'],
      shortNames: [],
      categories: [],
    })
  }
  for (const { entries } of found.values()) entries.sort(byName)
  return preferred([...found.values()])
}

/** The groups that ours come before others by, as Kubernetes prefers them; what it has not comes behind, as it came. */
const GROUPS = (
  ' apiregistration.k8s.io apps events.k8s.io authentication.k8s.io authorization.k8s.io autoscaling batch ' +
  'certificates.k8s.io networking.k8s.io policy rbac.authorization.k8s.io storage.k8s.io ' +
  'admissionregistration.k8s.io apiextensions.k8s.io scheduling.k8s.io coordination.k8s.io node.k8s.io ' +
  'discovery.k8s.io flowcontrol.apiserver.k8s.io metrics.k8s.io'
).split(' ')

const placeOf = (group: string): number => {
  const at = GROUPS.indexOf(group)
  return at < 0 ? GROUPS.length : at
}

/** Versions of what is defined are told in the order in which Kubernetes prefers them; others stand in it. */
const preferred = (all: readonly GroupVersion[]): readonly GroupVersion[] => {
  const groups = new Map<string, GroupVersion[]>()
  for (const one of all) {
    const versions = groups.get(one.group) ?? []
    groups.set(one.group, versions)
    versions.push(one)
  }
  const sorted = [...groups].sort(([one], [other]) => placeOf(one) - placeOf(other))
  return sorted.flatMap(([, versions]) =>
    versions.every(({ entries }) => entries.every(({ isCustom }) => isCustom))
      ? versions.sort((one, other) => compareVersions(one.version, other.version))
      : versions,
  )
}

/** `/api/v1`, `/apis/GROUP/VERSION`: meta/v1 APIResourceList. */
export const resourceList = ({ group, version, entries }: GroupVersion): object => ({
  kind: 'APIResourceList',
  ...(group ? { apiVersion: 'v1' } : {}),
  groupVersion: group ? `${group}/${version}` : version,
  resources: entries.map((entry) => ({
    name: entry.name,
    singularName: entry.singular,
    namespaced: entry.namespaced,
    ...(entry.foreign ?? {}),
    kind: entry.kind,
    verbs: entry.verbs,
    ...(entry.shortNames.length > 0 ? { shortNames: entry.shortNames } : {}),
    ...(entry.categories.length > 0 ? { categories: entry.categories } : {}),
    ...(entry.storageVersionHash ? { storageVersionHash: entry.storageVersionHash } : {}),
  })),
})

/** `/apis/GROUP`: meta/v1 APIGroup, the preferred version first; undefined for a group that is not served. */
export const apiGroup = (all: readonly GroupVersion[], group: string): object | undefined => {
  const versions = all
    .filter((candidate) => candidate.group === group)
    .map(({ version }) => ({ groupVersion: `${group}/${version}`, version }))
  return versions.length === 0 ? undefined : { name: group, versions, preferredVersion: versions[0] }
}

/** The groups served, but for the core one. */
export const groupNames = (all: readonly GroupVersion[]): readonly string[] => [
  ...new Set(all.map(({ group }) => group).filter(Boolean)),
]

/** `/apis` without aggregation: meta/v1 APIGroupList. */
export const groupList = (all: readonly GroupVersion[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupNames(all).map((group) => apiGroup(all, group)),
})

/** `/api` or `/apis` in one answer for clients since 1.26: apidiscovery.k8s.io APIGroupDiscoveryList. */
export const aggregatedDiscovery = (all: readonly GroupVersion[], root: '/api' | '/apis', version: string): object => {
  const groups = root === '/api' ? [''] : groupNames(all)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: group ? { name: group, creationTimestamp: null } : { creationTimestamp: null },
      versions: all
        .filter((candidate) => candidate.group === group)
        .map(({ version: served, entries }) => ({
          version: served,
          resources: discovered({ group, version: served, entries }),
          freshness: 'Current',
        })),
    })),
  }
}

const discovered = ({ group, version, entries }: GroupVersion): object[] =>
  entries
    .filter(({ name }) => !name.includes('/'))
    .map((entry) => {
      const parts = entries.filter(({ name }) => name.startsWith(`${entry.name}/`))
      return {
        resource: entry.name,
        responseKind: { group: '', version: '', ...kindOf(entry, group, version) },
        scope: entry.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: entry.singular,
        verbs: entry.verbs,
        ...(entry.shortNames.length > 0 ? { shortNames: entry.shortNames } : {}),
        ...(entry.categories.length > 0 ? { categories: entry.categories } : {}),
        ...(parts.length > 0
          ? {
              subresources: parts.map((part) => ({
                subresource: part.name.slice(entry.name.length + 1),
                responseKind: kindOf(part, group, version),
                verbs: part.verbs,
              })),
            }
          : {}),
      }
    })

const kindOf = (entry: Entry, group: string, version: string): object => ({
  group: entry.foreign?.group ?? group,
  version: entry.foreign?.version ?? version,
  kind: entry.kind,
})
