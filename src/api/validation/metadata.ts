import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { byteLength } from '#objects/label-form.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { type FieldError, forbidden, invalid, required, tooLong } from './field-error.ts'
import { checkForm, checkLabels, checkNonNegative, dnsLabel, type NameForm, qualifiedName } from './names.ts'

/** All annotations together, keys and values: 256 KiB. */
const ANNOTATION_BYTES = 256 * 1024
const FIELD_IMMUTABLE = 'field is immutable'

export const immutable = (field: string, value: unknown): FieldError => invalid(field, value ?? null, FIELD_IMMUTABLE)

/**
 * Checks an object's metadata at creation.
 * @param form the kind's own rule for names
 */
export const validateMetadata = (
  metadata: ObjectMeta | undefined,
  namespaced: boolean,
  form: NameForm,
  path = 'metadata',
): readonly FieldError[] => {
  const meta = metadata ?? {}
  const errors: FieldError[] = []
  // A generated name gets a suffix, so a trailing dash in the prefix is fine.
  if (meta.generateName) errors.push(...checkForm(form, withoutDash(meta.generateName), `${path}.generateName`))
  if (meta.name) errors.push(...checkForm(form, meta.name, `${path}.name`))
  else if (!meta.generateName) errors.push(required(`${path}.name`, 'name or generateName is required'))
  if (namespaced) {
    if (!meta.namespace) errors.push(required(`${path}.namespace`))
    else errors.push(...checkForm(dnsLabel, meta.namespace, `${path}.namespace`))
  } else if (meta.namespace) errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'))
  return [...errors, ...validateAccessories(meta, path)]
}

const withoutDash = (prefix: string): string => (prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix)

/** What may change in the life of an object: labels, annotations, owners, finalizers. */
const validateAccessories = (meta: ObjectMeta, path: string): readonly FieldError[] => {
  const errors: FieldError[] = [
    ...checkNonNegative(meta.generation, `${path}.generation`),
    ...checkLabels(meta.labels ?? {}, `${path}.labels`),
    ...validateAnnotations(meta.annotations ?? {}, `${path}.annotations`),
  ]
  const owners = meta.ownerReferences ?? []
  let controller: string | undefined
  for (const [index, owner] of owners.entries()) {
    const at = `${path}.ownerReferences[${index}]`
    if (!owner.apiVersion) errors.push(invalid(`${at}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'))
    if (!owner.kind) errors.push(invalid(`${at}.kind`, owner.kind ?? '', 'must not be empty'))
    if (!owner.name) errors.push(invalid(`${at}.name`, owner.name ?? '', 'must not be empty'))
    if (!owner.uid) errors.push(invalid(`${at}.uid`, owner.uid ?? '', 'must not be empty'))
    if (owner.controller !== true) continue
    if (controller !== undefined)
      errors.push(
        invalid(
          `${path}.ownerReferences`,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`,
        ),
      )
    controller = `${owner.kind}/${owner.name}`
  }
  for (const finalizer of meta.finalizers ?? []) {
    errors.push(...checkForm(qualifiedName, finalizer, `${path}.finalizers`))
  }
  return errors
}

export const validateAnnotations = (
  annotations: { readonly [key: string]: string },
  path: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  let total = 0
  for (const [key, value] of Object.entries(annotations)) {
    // Annotation keys may be upper case; only the form counts.
    errors.push(...checkForm(qualifiedName, key.toLowerCase(), path).map((error) => ({ ...error, badValue: key })))
    total += byteLength(key) + byteLength(value)
  }
  if (total > ANNOTATION_BYTES) errors.push(tooLong(path, ANNOTATION_BYTES))
  return errors
}

/** Checks an object's metadata at an update: name, namespace, uid and times stay as they are. */
export const validateMetadataUpdate = (
  metadata: ObjectMeta | undefined,
  old: ObjectMeta | undefined,
  path = 'metadata',
): readonly FieldError[] => {
  const now = metadata ?? {}
  const before = old ?? {}
  const errors: FieldError[] = []
  if (!now.resourceVersion && before.resourceVersion)
    errors.push(invalid(`${path}.resourceVersion`, 0, 'must be specified for an update'))
  const held = new Set(before.finalizers)
  const added = (now.finalizers ?? []).filter((finalizer) => !held.has(finalizer))
  if (before.deletionTimestamp !== undefined && added.length > 0) {
    // Kubernetes shows the list as Go writes it, and finds the fault twice.
    const shown = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`
    errors.push(forbidden(`${path}.finalizers`, why), forbidden(`${path}.finalizers`, why))
  }
  const fixed = [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const
  for (const key of fixed)
    if (!jsonEqual(now[key] ?? null, before[key] ?? null)) errors.push(immutable(`${path}.${key}`, now[key]))
  if ((now.generation ?? 0) < (before.generation ?? 0))
    errors.push(invalid(`${path}.generation`, now.generation ?? 0, 'must not be decremented'))
  return [...errors, ...validateAccessories(now, path)]
}
