import { type Form, type Kind, kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { notKeptWarnings } from '#api/policynetworking/not-kept.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { FieldType } from '#schema/apply/types/field-type.ts'
import { messageType } from '#schema/apply/types/message-type.ts'
import { findByPath } from '#schema/jsonpath/find.ts'
import { parseJsonPath } from '#schema/jsonpath/parse.ts'
import { declarations, field, type MessageClass } from '#schema/schema.ts'
import { applySchemaDefaults } from '#schema/structural/defaults.ts'
import { structuralType } from '#schema/structural/field-type.ts'
import { type SchemaTools, type Structural, structuralOf } from '#schema/structural/structural.ts'
import type { CustomResourceDefinition } from '../customresourcedefinition/message.ts'
import { customListSchema, customSchema } from './openapi.ts'
import { customScale } from './scale.ts'
import { settle } from './settle.ts'
import { customValidation, finalizerWarnings, type ObjectRules } from './validate.ts'
import { type CustomVersion, customVersions } from './version.ts'
import { compareVersions } from './version-order.ts'

/** What the kinds of a definition need of others. */
export interface CustomTools extends SchemaTools {
  /** The rules in CEL of a version's schema; undefined where it has none. Asked for when the first object is checked. */
  readonly rules: (version: CustomVersion) => ObjectRules | undefined
  /** Loads what rules need, before that. */
  readonly load?: () => Promise<unknown>
  /** How objects go from the form in which they are stored to that of a version, and back. */
  readonly form: (stored: Kind, version: CustomVersion, versions: readonly CustomVersion[]) => Form
  /** Whether the definition is about to go: nothing new can be made of it. */
  readonly isTerminating: () => boolean
}

/** The kinds of one definition. */
export interface CustomKinds {
  /** As which its objects are stored, whatever version they were written in: known to who reaches everything. */
  readonly stored: Kind
  /** One a version that is served, as Kubernetes prefers them. */
  readonly served: readonly Kind[]
}

/** In the order in which Kubernetes tells of them. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

const TERMINATING = 'create not allowed while custom resource definition is terminating'

type Members = { [name: string]: unknown }

/** What of a version the messages of its objects are made of. */
type PublishedVersion = Pick<CustomVersion, 'name' | 'apiVersion' | 'schema' | 'node' | 'selectable'>

/** Objects are JSON of which metadata alone is a message of ours. */
const messagesOf = (definition: CustomResourceDefinition, version: PublishedVersion) => {
  const { group } = definition.spec
  const { kind: name = '', listKind = '' } = definition.status?.acceptedNames ?? {}
  const { open } = declarations(`${group.split('.').reverse().join('.')}.${version.name}`)
  const { apiVersion, schema, selectable } = version
  const fields = selectable.map((path) => ({ fieldPath: path.replace(/^\./, '') }))
  const extension = fields.length > 0 ? { 'x-kubernetes-selectable-fields': fields } : {}
  const message: MessageClass<unknown> = open(
    apiVersion,
    name,
    { metadata: field(1, ObjectMeta) },
    {
      settle: (object) => settle(object, version, false),
      schema: (dialect, refer) => ({ ...customSchema(schema, dialect, refer), ...extension }),
    },
  )
  const list = open(
    apiVersion,
    listKind,
    { metadata: field(1, ListMeta) },
    {
      settle: () => [],
      schema: (dialect, refer) => ({
        ...customListSchema(name, listKind, refer(message), dialect, refer),
        ...extension,
      }),
    },
  )
  return { message, list }
}

const resourceOf = (definition: CustomResourceDefinition, version: PublishedVersion): Resource => {
  const { spec, status: { acceptedNames } = {} } = definition
  const { plural, singular = '', kind: name, shortNames = [], categories = [] } = acceptedNames!
  const { message, list } = messagesOf(definition, version)
  return {
    group: spec.group,
    version: version.name,
    kind: name,
    plural,
    singular,
    shortNames,
    categories,
    namespaced: spec.scope === 'Namespaced',
    message: message as MessageClass<ApiObject>,
    list,
  }
}

/** Everything but the metadata is the wish, or with a status of its own, the status too. */
const wishOf = ({ metadata: _, ...rest }: ApiObject): unknown => rest

/** A write of the status changes the status, and nothing else. */
const prepareStatus = (draft: ApiObject, old: ApiObject): void => {
  const members = draft as unknown as Members
  const { status: written, metadata } = members as { status?: unknown; metadata?: ApiObject['metadata'] }
  for (const name of Object.keys(members)) delete members[name]
  Object.assign(members, old, {
    metadata: { ...old.metadata, ...(metadata?.managedFields && { managedFields: metadata.managedFields }) },
  })
  if (written === undefined) delete members.status
  else members.status = written
}

const valueAt = (path: string): ((object: ApiObject) => string | undefined) => {
  const steps = parseJsonPath(path)
  return (object) => {
    const [value] = findByPath(steps, object)
    return value === undefined || value === null ? undefined : String(value)
  }
}

/** By it, and by no look at the schema, documents of it are told from those of before. */
const revisionOf = ({ metadata, status }: CustomResourceDefinition): string =>
  JSON.stringify([metadata?.uid, metadata?.generation, status?.acceptedNames])

const servedKind = (
  definition: CustomResourceDefinition,
  version: CustomVersion,
  storageVersion: string,
  form: Form,
  tools: CustomTools,
): Kind => {
  const resource = resourceOf(definition, version)
  const { hasStatus } = version
  const checks = customValidation(version, resource.namespaced, () => tools.rules(version))
  let fieldType: FieldType | undefined
  const custom = kind<ApiObject>({
    resource,
    revision: revisionOf(definition),
    form,
    verbs: VERBS,
    subresources: { ...(hasStatus && { status }), ...(version.scale && { scale }) },
    storageVersion,
    isConditional: true,
    defaults: (object) => applySchemaDefaults(object, version.node),
    prepare: {
      create: (object) => {
        if (hasStatus) delete (object as unknown as Members).status
      },
      ...(hasStatus && { status: prepareStatus }),
    },
    validate: { create: checks.create, update: checks.update, ...(hasStatus && { status: checks.status }) },
    generation: wishOf,
    fields: Object.fromEntries(version.selectable.map((path) => [path.replace(/^\./, ''), valueAt(path)])),
    warnings: (object, isNew) =>
      isNew ? [...notKeptWarnings(resource.group, resource.kind), ...finalizerWarnings(object)] : [],
    ...(version.scale && { scale: customScale(version.scale) }),
    ...(version.deprecation !== undefined && { deprecation: version.deprecation }),
    ...(tools.load && { load: tools.load }),
    forbidsCreation: () => (tools.isTerminating() ? TERMINATING : undefined),
  })
  // As they are asked for, and not before.
  return Object.defineProperties(custom, {
    columns: { get: () => version.columns },
    fieldType: {
      get: () => {
        fieldType ??= fieldTypeOf(version.node)
        return fieldType
      },
    },
  })
}

/** What is stored may be of any version: nothing of it is known but its metadata. */
const storedKind = (definition: CustomResourceDefinition, storage: CustomVersion): Kind => {
  const { name, apiVersion } = storage
  const anything = { name, apiVersion, schema: undefined, node: ANYTHING, selectable: [] }
  const fieldType = fieldTypeOf(ANYTHING)
  return kind<ApiObject>({ resource: resourceOf(definition, anything), isHidden: true, verbs: VERBS, fieldType })
}

const NO_TOOLS: SchemaTools = { pattern: () => () => true, format: () => undefined }
const ANYTHING = structuralOf({ 'x-kubernetes-preserve-unknown-fields': true }, NO_TOOLS)
const NOTHING = structuralOf({ type: 'object' }, NO_TOOLS)

const fieldTypeOf = (node: Structural | undefined): FieldType =>
  structuralType(node ?? NOTHING, messageType(ObjectMeta as MessageClass<unknown>))

/**
 * The kinds that an established definition stands for. `known` is as what it was stored before the definition changed:
 * who reaches everything goes on with it.
 */
export const customKinds = (definition: CustomResourceDefinition, tools: CustomTools, known?: Kind): CustomKinds => {
  const versions = customVersions(definition, tools)
  const storage = versions.find(({ isStorage }) => isStorage)!
  const stored = known ?? storedKind(definition, storage)
  const served = versions
    .filter(({ isServed }) => isServed)
    .sort((one, other) => compareVersions(one.name, other.name))
    .map((version) => servedKind(definition, version, storage.name, tools.form(stored, version, versions), tools))
  return { stored, served }
}
