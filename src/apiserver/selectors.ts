import type { ApiObject, Resource } from '#api/resource.ts'
import { matchesRequirement, parseLabelSelector } from '#client/label-selector.ts'
import { badRequest } from './errors.ts'

/** Fields that objects of a kind can be selected by, besides metadata.name and metadata.namespace. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  services: ['spec.clusterIP', 'spec.type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  secrets: ['type'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  replicasets: ['status.replicas'],
}

export const labelSelector = (text: string): ((object: ApiObject) => boolean) => {
  let requirements: ReturnType<typeof parseLabelSelector>
  try {
    requirements = parseLabelSelector(text)
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error))
  }
  return (object) => requirements.every((requirement) => matchesRequirement(requirement, object.metadata?.labels ?? {}))
}

const valueAt = (object: unknown, path: readonly string[]): string => {
  let value = object
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key]
  // An event's source is an object; its component is what is meant.
  if (value !== null && typeof value === 'object') return (value as { readonly component?: string }).component ?? ''
  return value === undefined || value === null ? '' : String(value)
}

interface Term {
  readonly field: string
  readonly equal: boolean
  readonly value: string
}

/** `a=b,c!=d`; a comma, an equals sign or a backslash in a value stands behind a backslash. */
const parseTerms = (text: string): readonly Term[] =>
  (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((part) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/s.exec(part)
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    return { field: match[1]!.trim(), equal: match[2] !== '!=', value: match[3]!.replace(/\\(.)/g, '$1') }
  })

export const fieldSelector = (resource: Resource, text: string): ((object: ApiObject) => boolean) => {
  const known = FIELDS[resource.plural] ?? []
  const terms = parseTerms(text).map(({ field, equal, value }) => {
    const always = field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced)
    if (!always && !known.includes(field)) throw badRequest(`field label not supported: ${field}`)
    const path = field.split('.')
    return { path, equal, value }
  })
  return (object) => terms.every(({ path, equal, value }) => (valueAt(object, path) === value) === equal)
}
