import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, type Infer, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from './group.ts'

export const ResourceScope = oneOf('Cluster', 'Namespaced')
export type ResourceScope = Infer<typeof ResourceScope>
export const DiscoveryFreshness = oneOf('Current', 'Stale')
export type DiscoveryFreshness = Infer<typeof DiscoveryFreshness>

export class GroupVersionKind extends message('GroupVersionKind', {
  group: required(1, string),
  version: required(2, string),
  kind: required(3, string),
}) {}

export class APISubresourceDiscovery extends message('APISubresourceDiscovery', {
  subresource: required(1, string),
  responseKind: optional(2, GroupVersionKind),
  acceptedTypes: list(3, GroupVersionKind, { keys: ['group', 'version', 'kind'] }),
  verbs: list(4, string, { list: 'set', always: true }),
}) {}

export class APIResourceDiscovery extends message('APIResourceDiscovery', {
  resource: required(1, string),
  responseKind: optional(2, GroupVersionKind),
  scope: required(3, ResourceScope),
  singularResource: required(4, string),
  verbs: list(5, string, { list: 'set', always: true }),
  shortNames: list(6, string, { list: 'set' }),
  categories: list(7, string, { list: 'set' }),
  subresources: list(8, APISubresourceDiscovery, { keys: ['subresource'] }),
}) {}

export class APIVersionDiscovery extends message('APIVersionDiscovery', {
  version: required(1, string),
  resources: list(2, APIResourceDiscovery, { keys: ['resource'] }),
  freshness: field(3, DiscoveryFreshness),
}) {}

export class APIGroupDiscovery extends object('apidiscovery.k8s.io/v2', 'APIGroupDiscovery', {
  metadata: field(1, ObjectMeta),
  versions: list(2, APIVersionDiscovery, { keys: ['version'] }),
}) {}

export class APIGroupDiscoveryList extends object('apidiscovery.k8s.io/v2', 'APIGroupDiscoveryList', {
  metadata: field(1, ListMeta),
  items: list(2, APIGroupDiscovery, { always: true }),
}) {}
