import { checkAddress } from '#api/validation/address.ts'
import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, wildcardSubdomain } from '#api/validation/names.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { CLASS_ANNOTATION } from './class-annotation.ts'
import type { Ingress, IngressSpec, IngressTLS } from './message.ts'
import { validateBackend, validateRules } from './validate-rules.ts'

export const validateIngressCreate = (ingress: Ingress): readonly FieldError[] => {
  const errors = validateIngress(ingress)
  const annotated = ingress.metadata?.annotations?.[CLASS_ANNOTATION]
  const name = ingress.spec?.ingressClassName
  if (annotated === undefined || name === undefined || annotated === name) return errors
  const why = 'must match `ingressClassName` when both are specified'
  return [...errors, invalid(`annotations.${CLASS_ANNOTATION}`, annotated, why)]
}

export const validateIngressUpdate = (ingress: Ingress, old: Ingress): readonly FieldError[] => [
  ...validateMetadataUpdate(ingress.metadata, old.metadata),
  ...validateIngress(ingress),
]

export const validateIngressStatus = (ingress: Ingress, old: Ingress): readonly FieldError[] => {
  const errors: FieldError[] = [...validateMetadataUpdate(ingress.metadata, old.metadata)]
  for (const [index, { ip, hostname }] of (ingress.status?.loadBalancer?.ingress ?? []).entries()) {
    const at = `status.loadBalancer.ingress[${index}]`
    if (ip) errors.push(...checkAddress(ip, `${at}.ip`))
    if (!hostname) continue
    errors.push(...checkForm(dnsSubdomain, hostname, `${at}.hostname`))
    if (tryParseAddress(hostname))
      errors.push(invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address'))
  }
  return errors
}

const validateIngress = ({ metadata, spec = {} }: Ingress): readonly FieldError[] => [
  ...validateMetadata(metadata, true, dnsSubdomain),
  ...validateSpec(spec),
]

const validateSpec = ({ rules, defaultBackend, tls, ingressClassName }: IngressSpec): readonly FieldError[] => {
  const errors: FieldError[] = []
  if ((rules ?? []).length === 0 && !defaultBackend)
    errors.push(invalid('spec', rules ?? null, 'either `defaultBackend` or `rules` must be specified'))
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, 'spec.defaultBackend'))
  errors.push(...validateRules(rules ?? [], 'spec.rules'))
  for (const [index, one] of (tls ?? []).entries()) errors.push(...validateTls(one, `spec.tls[${index}]`))
  if (ingressClassName !== undefined) errors.push(...checkForm(dnsSubdomain, ingressClassName, 'spec.ingressClassName'))
  return errors
}

const validateTls = ({ hosts = [], secretName }: IngressTLS, path: string): readonly FieldError[] => [
  ...hosts.flatMap((host, index) =>
    checkForm(host.includes('*') ? wildcardSubdomain : dnsSubdomain, host, `${path}.hosts[${index}]`),
  ),
  ...(secretName ? checkForm(dnsSubdomain, secretName, `${path}.secretName`) : []),
]
