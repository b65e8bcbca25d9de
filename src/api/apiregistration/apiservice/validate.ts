import { type FieldError, invalid, invalidWhole, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dns1035Label, dnsSubdomain, type NameForm } from '#api/validation/names.ts'
import type { APIService } from './message.ts'

/** It is called by what it is of. */
const nameOf = ({ spec }: APIService): string => `${spec?.version ?? ''}.${spec?.group ?? ''}`

const nameForm =
  (apiService: APIService): NameForm =>
  (name) =>
    name === nameOf(apiService)
      ? []
      : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(nameOf(apiService))}`]

export const validateApiServiceCreate = (apiService: APIService): readonly FieldError[] => [
  ...validateMetadata(apiService.metadata, false, nameForm(apiService)),
  ...specErrors(apiService.spec ?? { groupPriorityMinimum: 0, versionPriority: 0 }),
]

export const validateApiServiceUpdate = (apiService: APIService, old: APIService): readonly FieldError[] => [
  ...validateMetadataUpdate(apiService.metadata, old.metadata),
  ...validateApiServiceCreate(apiService),
]

const specErrors = (spec: NonNullable<APIService['spec']>): readonly FieldError[] => {
  const {
    group = '',
    version = '',
    service,
    caBundle,
    insecureSkipTLSVerify,
    groupPriorityMinimum,
    versionPriority,
  } = spec
  const errors: FieldError[] = []
  if (group === '' && version !== 'v1')
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
  if (group !== '') errors.push(...checkForm(dnsSubdomain, group, 'spec.group'))
  errors.push(...checkForm(dns1035Label, version, 'spec.version'))
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000)
    errors.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'))
  if (versionPriority <= 0 || versionPriority > 1000)
    errors.push(invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000'))
  if (!service) {
    if (caBundle) errors.push(invalidWhole('spec.caBundle', 'local APIServices may not have a caBundle'))
    if (insecureSkipTLSVerify)
      errors.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'))
    return errors
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'))
  if (!service.name) errors.push(required('spec.service.name'))
  const { port = 443 } = service
  if (port < 1 || port > 65_535)
    errors.push(invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'))
  if (insecureSkipTLSVerify && caBundle)
    errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'))
  return errors
}
