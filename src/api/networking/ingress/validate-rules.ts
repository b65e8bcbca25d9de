import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import {
  checkForm,
  checkPortNumber,
  dnsLabel,
  dnsSubdomain,
  portName,
  wildcardSubdomain,
} from '#api/validation/names.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { checkReference } from '../object-reference.ts'
import type { HTTPIngressPath, IngressBackend, IngressRule, IngressServiceBackend } from './message.ts'

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
/** Proxies make one path of another by these. */
const AMBIGUOUS = ['//', '/./', '/../', '%2f', '%2F']
const AMBIGUOUS_ENDS = ['/..', '/.']

export const validateRules = (rules: readonly IngressRule[], path: string): readonly FieldError[] =>
  rules.flatMap(({ host, http }, index) => {
    const at = `${path}[${index}]`
    const errors: FieldError[] = host ? [...validateHost(host, `${at}.host`)] : []
    if (http === undefined) return errors
    const paths = http.paths ?? []
    if (paths.length === 0) errors.push(required(`${at}.http.paths`))
    for (const [place, one] of paths.entries()) errors.push(...validatePath(one, `${at}.http.paths[${place}]`))
    return errors
  })

const validateHost = (host: string, path: string): readonly FieldError[] => [
  ...(tryParseAddress(host) ? [invalid(path, host, 'must be a DNS name, not an IP address')] : []),
  ...checkForm(host.includes('*') ? wildcardSubdomain : dnsSubdomain, host, path),
]

const validatePath = ({ path: text = '', pathType, backend }: HTTPIngressPath, path: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  const at = `${path}.path`
  const isAbsolute = text.startsWith('/')
  switch (pathType) {
    case undefined:
      return [required(`${path}.pathType`, 'pathType must be specified')]
    case 'Exact':
    case 'Prefix':
      if (!isAbsolute) errors.push(invalid(at, text, 'must be an absolute path'))
      for (const part of AMBIGUOUS)
        if (text.includes(part)) errors.push(invalid(at, text, `must not contain '${part}'`))
      for (const end of AMBIGUOUS_ENDS)
        if (text.endsWith(end)) errors.push(invalid(at, text, `cannot end with '${end}'`))
      break
    case 'ImplementationSpecific':
      if (text !== '' && !isAbsolute) errors.push(invalid(at, text, 'must be an absolute path'))
      break
    default:
      errors.push(notSupported(`${path}.pathType`, pathType, PATH_TYPES))
  }
  return [...errors, ...validateBackend(backend ?? {}, `${path}.backend`)]
}

export const validateBackend = ({ service, resource }: IngressBackend, path: string): readonly FieldError[] => {
  if (service && resource) return [invalid(path, '', 'cannot set both resource and service backends')]
  if (resource) return checkReference(resource, `${path}.resource`)
  if (service) return validateService(service, path)
  return [invalid(path, '', 'resource or service backend is required')]
}

const validateService = ({ name, port = {} }: IngressServiceBackend, path: string): readonly FieldError[] => {
  const at = `${path}.service.name`
  const errors = name ? checkForm(dnsLabel, name, at) : [required(at)]
  if (port.name && port.number) return [...errors, invalid(path, '', 'cannot set both port name & port number')]
  if (port.name) return [...errors, ...checkForm(portName, port.name, `${path}.service.port.name`)]
  if (port.number) return [...errors, ...checkPortNumber(port.number, `${path}.service.port.number`)]
  return [...errors, required(path, 'port name or number is required')]
}
