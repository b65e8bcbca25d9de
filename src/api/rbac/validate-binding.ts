import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, pathSegment } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { ClusterRoleBinding } from './clusterrolebinding/message.ts'
import type { RoleBinding } from './rolebinding/message.ts'
import type { RoleRef, Subject } from './subject.ts'

type AnyBinding = RoleBinding | ClusterRoleBinding

const GROUP = 'rbac.authorization.k8s.io'

export const validateBindingCreate = (binding: AnyBinding): readonly FieldError[] => [
  ...validateMetadata(binding.metadata, binding.kind === 'RoleBinding', pathSegment),
  ...content(binding),
]

export const validateBindingUpdate = (binding: AnyBinding, old: AnyBinding): readonly FieldError[] => {
  const errors = [...content(binding), ...validateMetadataUpdate(binding.metadata, old.metadata)]
  // Whoever may bind one role could otherwise turn a binding that others trust into one of another role.
  if (!jsonEqual(shown(binding.roleRef), shown(old.roleRef)))
    errors.push(invalid('roleRef', shown(binding.roleRef), 'cannot change roleRef'))
  return errors
}

/** As Kubernetes prints its own value. */
const shown = ({ apiGroup, kind, name }: RoleRef) => ({ APIGroup: apiGroup, Kind: kind, Name: name })

const content = ({ kind, roleRef, subjects }: AnyBinding): readonly FieldError[] => {
  const namespaced = kind === 'RoleBinding'
  const errors: FieldError[] = []
  if (roleRef.apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', roleRef.apiGroup, [GROUP]))
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (!kinds.includes(roleRef.kind)) errors.push(notSupported('roleRef.kind', roleRef.kind, kinds))
  if (!roleRef.name) errors.push(required('roleRef.name'))
  else errors.push(...checkForm(pathSegment, roleRef.name, 'roleRef.name'))
  for (const [index, subject] of (subjects ?? []).entries())
    errors.push(...checkSubject(subject, namespaced, `subjects[${index}]`))
  return errors
}

const checkSubject = (subject: Subject, namespaced: boolean, path: string): readonly FieldError[] => {
  const { kind, apiGroup = '', name, namespace } = subject
  const errors: FieldError[] = name ? [] : [required(`${path}.name`)]
  switch (kind) {
    case 'ServiceAccount':
      if (name) errors.push(...checkForm(dnsSubdomain, name, `${path}.name`))
      if (apiGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']))
      if (!namespaced && !namespace) errors.push(required(`${path}.namespace`))
      return errors
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [GROUP]))
      return errors
    default:
      return [...errors, notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])]
  }
}
