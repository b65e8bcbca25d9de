import { groupVersion, type Resource } from '#api/resource.ts'
import { own } from '#schema/own.ts'
import type { Review } from '../access/reviews.ts'
import type { SubresourceHandler } from '../subresources/subresource.ts'

/** Everything that has a path, in the words of discovery. */
export interface Catalog {
  readonly resources: readonly Resource[]
  readonly reviews: readonly Review[]
  readonly subresources: readonly SubresourceHandler[]
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
/** What is done to one resource. Namespaces go one by one: a whole cluster at once is nobody's wish. */
export const verbsOf = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): readonly string[] =>
  group === '' && plural === 'namespaces' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS

const STATUS_VERBS = ['get', 'patch', 'update']

const PROXY_VERBS = ['create', 'delete', 'get', 'patch', 'update']

/** Streams and proxies have their options as their kind; streams are opened by both methods, proxies take all. */
const CONNECTIONS: Readonly<Record<string, { readonly kind: string; readonly verbs: readonly string[] } | undefined>> =
  {
    'pods/log': { kind: 'Pod', verbs: ['get'] },
    'pods/exec': { kind: 'PodExecOptions', verbs: ['create', 'get'] },
    'pods/attach': { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    'pods/portforward': { kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    'pods/proxy': { kind: 'PodProxyOptions', verbs: PROXY_VERBS },
    'services/proxy': { kind: 'ServiceProxyOptions', verbs: PROXY_VERBS },
    'nodes/proxy': { kind: 'NodeProxyOptions', verbs: PROXY_VERBS },
  }

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
}

interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly entries: readonly Entry[]
}

const subresourceEntry = (catalog: Catalog, resource: Resource, name: string): Entry => {
  const base = {
    name: `${resource.plural}/${name}`,
    singular: '',
    namespaced: resource.namespaced,
    shortNames: [],
    categories: [],
  }
  const connection = resource.group === '' ? own(CONNECTIONS, base.name) : undefined
  if (connection) return { ...base, ...connection }
  const handler = catalog.subresources.find((candidate) => candidate.serves(resource, name))
  if (!handler) return { ...base, kind: resource.kind, verbs: STATUS_VERBS }
  const [version, group] = handler.body.apiVersion.split('/').reverse() as [string, string?]
  const same = handler.body.apiVersion === groupVersion(resource)
  const update = handler.get ? STATUS_VERBS : ['update']
  return {
    ...base,
    kind: handler.body.kind,
    ...(same ? {} : { foreign: { group: group ?? '', version } }),
    verbs: [...(handler.create ? ['create'] : []), ...(handler.update ? update : [])],
  }
}

/**
 * What is served, by group and version in the order of the catalog, each with its resources and subresources by name.
 */
export const groupVersionsOf = (catalog: Catalog): readonly GroupVersion[] => {
  const found = new Map<string, { group: string; version: string; entries: Entry[] }>()
  const of = (group: string, version: string): Entry[] => {
    const key = `${group}/${version}`
    const known = found.get(key) ?? { group, version, entries: [] }
    found.set(key, known)
    return known.entries
  }
  for (const resource of catalog.resources) {
    const entries = of(resource.group, resource.version)
    const { plural, singular, namespaced, kind, shortNames, categories } = resource
    entries.push({ name: plural, singular, namespaced, kind, verbs: verbsOf(resource), shortNames, categories })
    for (const name of resource.subresources) entries.push(subresourceEntry(catalog, resource, name))
  }
  for (const { group, version, plural, singular, kind, namespaced } of catalog.reviews) {
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
  for (const { entries } of found.values()) entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  return [...found.values()]
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
  })),
})

/** `/apis/GROUP`: meta/v1 APIGroup; undefined for a group that is not served. */
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
