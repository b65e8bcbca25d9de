import { bool, field, list, required, string, strings } from '#schema/schema.ts'
import { message, object } from './group.ts'

export class GroupVersionForDiscovery extends message('GroupVersionForDiscovery', {
  groupVersion: required(1, string),
  version: required(2, string),
}) {}

export class ServerAddressByClientCIDR extends message('ServerAddressByClientCIDR', {
  clientCIDR: required(1, string),
  serverAddress: required(2, string),
}) {}

export class APIGroup extends object('v1', 'APIGroup', {
  name: required(1, string),
  versions: list(2, GroupVersionForDiscovery, { list: 'atomic', always: true }),
  preferredVersion: field(3, GroupVersionForDiscovery),
  serverAddressByClientCIDRs: list(4, ServerAddressByClientCIDR, { list: 'atomic' }),
}) {}

export class APIGroupList extends object('v1', 'APIGroupList', {
  groups: list(1, APIGroup, { list: 'atomic', always: true }),
}) {}

export class APIResource extends message('APIResource', {
  name: required(1, string),
  singularName: required(6, string),
  namespaced: required(2, bool),
  group: field(8, string),
  version: field(9, string),
  kind: required(3, string),
  verbs: required(4, strings),
  shortNames: list(5, string, { list: 'atomic' }),
  categories: list(7, string, { list: 'atomic' }),
  storageVersionHash: field(10, string),
}) {}

export class APIResourceList extends object('v1', 'APIResourceList', {
  groupVersion: required(1, string),
  resources: list(2, APIResource, { list: 'atomic', always: true }),
}) {}

export class APIVersions extends object('v1', 'APIVersions', {
  versions: list(1, string, { list: 'atomic', always: true }),
  serverAddressByClientCIDRs: list(2, ServerAddressByClientCIDR, { list: 'atomic', always: true }),
}) {}

export class RootPaths extends message('RootPaths', {
  paths: list(1, string, { list: 'atomic', always: true }),
}) {}
