import { atMost, count, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { told } from '../shared/limits.ts'
import { aReference, ONE_TARGET_SECTION_EACH } from '../shared/route-limits.ts'
import {
  BackendTLSPolicy,
  BackendTLSPolicySpec,
  BackendTLSPolicyValidation,
  LocalPolicyTargetReferenceWithSectionName,
  PolicyAncestorStatus,
  PolicyStatus,
  SubjectAltName,
} from './message.ts'

const HAS_REFS = 'has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0'
const HAS_KNOWN = "has(self.wellKnownCACertificates) && self.wellKnownCACertificates != ''"

/** That a field stands where the type asks for it, and only there. */
const named = (type: string, field: string): readonly (readonly [string, string])[] => [
  [`!(self.type == '${type}' && (!has(self.${field}) || self.${field} == ''))`, `type ${type} needs ${field}`],
  [`!(self.type != '${type}' && has(self.${field}) && self.${field} != '')`, `${field} belongs to type ${type} alone`],
]

export const backendTLSPolicyLimits: readonly MessageLimits[] = [
  limitsOf(BackendTLSPolicy, {
    spec: ['To which backends TLS is spoken, and how their certificates are checked.'],
    status: ['What controllers say of it.'],
  }),
  limitsOf(BackendTLSPolicySpec, {
    targetRefs: ['The backends: Services of its namespace.', count(1, 16), ONE_TARGET_SECTION_EACH],
    validation: ['When a certificate is held for valid.'],
    options: ["An implementation's own settings.", { maxProperties: 16, additionalProperties: texts.optionValue }],
  }),
  limitsOf(LocalPolicyTargetReferenceWithSectionName, {
    ...aReference,
    sectionName: ['The port of the Service by its name; none: all of them.', texts.sectionName],
  }),
  limitsOf(
    BackendTLSPolicyValidation,
    {
      caCertificateRefs: ['Certificates of authorities: ConfigMaps with the key ca.crt.', atMost(8)],
      wellKnownCACertificates: [
        'System: the authorities that the machine trusts.',
        {
          minLength: 1,
          maxLength: 253,
          pattern: `^(System|(${texts.SUBDOMAIN}/${texts.QUALIFIED_NAME}))$`,
        },
      ],
      hostname: ['The name that the backend is asked for, and that its certificate must show.', texts.preciseHostname],
      subjectAltNames: ['Names of which its certificate must show one, in the place of hostname.', atMost(5)],
    },
    rules(
      [`!(${HAS_REFS} && ${HAS_KNOWN})`, 'caCertificateRefs and wellKnownCACertificates exclude each other'],
      [`(${HAS_REFS}) || (${HAS_KNOWN})`, 'caCertificateRefs or wellKnownCACertificates is needed'],
    ),
  ),
  limitsOf(
    SubjectAltName,
    {
      type: ['What kind of name it is.'],
      hostname: ['A name of DNS, exact or `*.` and a suffix.', texts.hostname],
      uri: [
        'An address with a scheme, such as a SPIFFE id.',
        { minLength: 1, maxLength: 253, pattern: '^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\\?([^#]*))?(#(.*))?' },
      ],
    },
    rules(...named('Hostname', 'hostname'), ...named('URI', 'uri')),
  ),
  limitsOf(PolicyStatus, { ancestors: ['What is said of it, for each Gateway that keeps it.', atMost(16)] }),
  limitsOf(PolicyAncestorStatus, { ancestorRef: ['The Gateway.'], ...told }),
]
