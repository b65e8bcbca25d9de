import { resource } from '#api/resource.ts'
import { CertificateSigningRequest, CertificateSigningRequestList } from './message.ts'

export const certificateSigningRequests = resource(
  'certificatesigningrequests',
  CertificateSigningRequest,
  CertificateSigningRequestList,
  { shortNames: ['csr'], namespaced: false },
)
