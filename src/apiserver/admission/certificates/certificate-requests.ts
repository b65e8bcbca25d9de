import { isDeepStrictEqual } from 'node:util'
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '#api/certificates/certificatesigningrequest/message.ts'
import { certificateSigningRequests } from '#api/certificates/certificatesigningrequest/resource.ts'
import {
  validateCertificateSigningRequest,
  validateCertificateSigningRequestStatus,
} from '#api/certificates/certificatesigningrequest/validate.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type FieldError, fieldCauses } from '#api/validation/field-error.ts'
import { quoted } from '#schema/go-quoted.ts'
import type { Authorizer } from '../../access/authorizer.ts'
import type { Caller } from '../../access/caller.ts'
import { forbidden, invalid } from '../../errors.ts'
import { certificateFault } from '../../pki/requests/pem.ts'
import { readSigningRequest, type SigningRequest } from '../../pki/requests/signing-request.ts'
import { type Admission, nameOf } from '../admission.ts'

type Csr = CertificateSigningRequest & ApiObject

const API_SERVER_CLIENT = 'kubernetes.io/kube-apiserver-client'
const MASTERS = 'system:masters'

const isOne = (resource: Resource): boolean => isSame(resource, certificateSigningRequests)

const textOf = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('latin1')

/** What a request asks for, or why it cannot be read or believed. */
const requestOf = ({ spec }: Csr): SigningRequest | string => {
  try {
    const request = readSigningRequest(textOf(spec.request))
    return request.signatureFault ?? request
  } catch (error) {
    return (error as Error).message
  }
}

const refuseInvalid = ({ metadata }: Csr, errors: readonly FieldError[]): void => {
  if (errors.length > 0) throw invalid(certificateSigningRequests, metadata?.name ?? '', fieldCauses(errors))
}

/** Who asks is who sent it. */
const asked = (csr: Csr, { name, uid, groups, extra }: Caller): Csr => ({
  ...csr,
  spec: {
    ...csr.spec,
    username: name,
    ...(uid ? { uid } : {}),
    groups: [...groups],
    ...(extra ? { extra: extra as Csr['spec']['extra'] } : {}),
  },
})

type Conditions = readonly CertificateSigningRequestCondition[]

/** Conditions with their times: of the last change where their state is as it was. */
const dated = (conditions: Conditions, old: Conditions, now: string): Conditions =>
  conditions.map((condition) => {
    const { lastUpdateTime = now, lastTransitionTime } = condition
    const before = old.find(({ type, status }) => type === condition.type && status === condition.status)
    return {
      ...condition,
      lastUpdateTime,
      lastTransitionTime: lastTransitionTime ?? before?.lastTransitionTime ?? now,
    }
  })

/**
 * What is to be known of requests for certificates beside their fields: who asks, whether the request itself holds, and
 * that nobody decides or signs who may not do it for this signer.
 */
export const certificateRequests = (authorizer: Authorizer, now: () => Date): Admission => {
  const refuseUnlessMay = (verb: 'approve' | 'sign', caller: Caller, csr: Csr): void => {
    const { signerName = '' } = csr.spec
    const all = `${signerName.split('/')[0]}/*`
    const isAllowed = [signerName, all].some(
      (name) =>
        authorizer.authorize(caller, {
          ...{ kind: 'resource', verb, group: certificateSigningRequests.group, resource: 'signers' },
          ...{ subresource: '', namespace: '', name },
        }).allowed,
    )
    if (isAllowed) return
    const why = `user not permitted to ${verb} requests with signerName ${quoted(signerName)}`
    throw forbidden(certificateSigningRequests, nameOf(csr), why)
  }

  return {
    complete({ resource, object, caller }) {
      if (!isOne(resource)) return object
      const csr = asked(object as Csr, caller)
      const request = requestOf(csr)
      if (typeof request === 'string') refuseInvalid(csr, validateCertificateSigningRequest(csr, request))
      return csr
    },
    completeUpdate({ resource, object, previous, subresource }) {
      if (!isOne(resource) || (subresource !== 'status' && subresource !== 'approval')) return object
      const [csr, old] = [object as Csr, previous as Csr]
      const { conditions = [], certificate } = csr.status ?? {}
      if (subresource === 'status' && certificate !== old.status?.certificate) {
        const fault = certificateFault(textOf(certificate))
        const before = certificateFault(textOf(old.status?.certificate))
        if (fault && !before) refuseInvalid(csr, validateCertificateSigningRequestStatus(csr, old, fault))
      }
      if (conditions.length === 0) return csr
      const times = dated(conditions, old.status?.conditions ?? [], timeText(now().getTime()))
      return { ...csr, status: { ...csr.status, conditions: times } } as Csr
    },
    check({ resource, object }) {
      const csr = object as Csr
      if (!isOne(resource) || csr.spec.signerName !== API_SERVER_CLIENT) return
      const request = requestOf(csr)
      if (typeof request !== 'string' && request.organizations.includes(MASTERS))
        throw forbidden(
          certificateSigningRequests,
          nameOf(csr),
          `use of ${API_SERVER_CLIENT} signer with ${MASTERS} group is not allowed`,
        )
    },
    checkUpdate({ resource, object, previous, caller, subresource }) {
      if (!isOne(resource)) return
      const [csr, old] = [object as Csr, previous as Csr]
      if (subresource === 'approval') refuseUnlessMay('approve', caller, old)
      if (subresource !== 'status') return
      const signs =
        csr.status?.certificate !== old.status?.certificate ||
        !isDeepStrictEqual(csr.status?.conditions ?? [], old.status?.conditions ?? [])
      if (signs) refuseUnlessMay('sign', caller, old)
    },
  }
}
