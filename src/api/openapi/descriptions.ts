import { own } from '#schema/own.ts'
import { CLUSTER } from './descriptions/cluster.ts'
import { CONTAINERS } from './descriptions/containers.ts'
import type { Descriptions } from './descriptions/description.ts'
import { META } from './descriptions/meta.ts'
import { PODS } from './descriptions/pods.ts'
import { SERVICES } from './descriptions/services.ts'
import { VOLUMES } from './descriptions/volumes.ts'
import { WORKLOADS } from './descriptions/workloads.ts'

/**
 * What `kubectl explain` says about messages and their fields: every field of the kinds that users meet. Read for OpenAPI
 * alone, which loads when it is first asked for.
 */
const DESCRIPTIONS: Descriptions = {
  ...META,
  ...SERVICES,
  ...PODS,
  ...CONTAINERS,
  ...VOLUMES,
  ...WORKLOADS,
  ...CLUSTER,
}

/** Fields that mean the same in every kind, unless it says otherwise. */
const EVERYWHERE: { readonly [field: string]: string } = {
  apiVersion: 'Group and version of the kind, such as v1 or apps/v1.',
  kind: 'The kind, such as Service.',
  metadata: 'Its name, its labels, and what else every object has.',
  items: 'The objects of the list.',
}

/** A few words about a message, or about its field. */
export const describe = (messageName: string, field?: string): string | undefined => {
  const known = own(DESCRIPTIONS, messageName)
  if (field !== undefined) return own(known?.fields, field) ?? own(EVERYWHERE, field)
  if (known === undefined && messageName.endsWith('List')) return `A list of ${messageName.slice(0, -4)} objects.`
  return known?.about
}
