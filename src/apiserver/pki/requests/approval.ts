import type { AccessRequest } from '#access/rbac/request.ts'
import type { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { certificateSigningRequests } from '#api/certificates/certificatesigningrequest/resource.ts'
import type { Caller } from '../../access/caller.ts'
import { signerFault } from './signers.ts'
import { readSigningRequest, type SigningRequest } from './signing-request.ts'

type Spec = CertificateSigningRequest['spec']

/** Why a request is approved at once; `refused`: it could be, but for the rules; undefined: somebody has to decide. */
export type Approval = { readonly message: string } | 'refused' | undefined

const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet'

const readOrNothing = (pem: string): SigningRequest | undefined => {
  try {
    return readSigningRequest(pem)
  } catch {
    return undefined
  }
}

/**
 * Kubernetes' own approver: a kubelet is given a certificate for its node, where rules let who asks for it have it. `may`
 * is asked as a SubjectAccessReview would be.
 */
export const approvalOf = (spec: Spec, may: (caller: Caller, request: AccessRequest) => boolean): Approval => {
  if (spec.signerName !== SIGNER) return undefined
  const request = readOrNothing(atob(spec.request))
  if (request === undefined || signerFault(SIGNER, request, spec.usages ?? []) !== undefined) return undefined
  const { username: name = '', uid, groups = [], extra } = spec
  const caller: Caller = { name, groups, ...(uid && { uid }), ...(extra && { extra }) }
  const mayCreate = (subresource: string): boolean =>
    may(caller, {
      ...{ kind: 'resource', verb: 'create', group: certificateSigningRequests.group, namespace: '', name: '' },
      ...{ resource: certificateSigningRequests.plural, subresource },
    })
  if (name === request.commonName && mayCreate('selfnodeclient'))
    return { message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' }
  if (mayCreate('nodeclient'))
    return { message: 'Auto approving kubelet client certificate after SubjectAccessReview.' }
  return 'refused'
}
