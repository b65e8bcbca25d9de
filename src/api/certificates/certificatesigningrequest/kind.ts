import { kind } from '#api/catalogue/kind.ts'
import { part, status } from '#api/catalogue/subresource.ts'
import { certificateSigningRequestColumns } from './columns.ts'
import { prepareApproval, prepareCreate, prepareStatus, prepareUpdate } from './prepare.ts'
import { certificateSigningRequests } from './resource.ts'
import {
  certificateSigningRequestNames,
  validateCertificateSigningRequest,
  validateCertificateSigningRequestApproval,
  validateCertificateSigningRequestStatus,
  validateCertificateSigningRequestUpdate,
} from './validate.ts'

export const certificateSigningRequest = kind({
  resource: certificateSigningRequests,
  subresources: { approval: part, status },
  names: certificateSigningRequestNames,
  prepare: { create: prepareCreate, update: prepareUpdate, status: prepareStatus },
  validate: {
    create: (csr) => validateCertificateSigningRequest(csr),
    update: validateCertificateSigningRequestUpdate,
    status: (csr, old) => validateCertificateSigningRequestStatus(csr, old),
  },
  parts: {
    approval: {
      prepare: prepareApproval,
      validate: validateCertificateSigningRequestApproval,
      writesStatus: true,
    },
  },
  resets: {
    '': [['spec'], ['status']],
    approval: [['spec'], ['status', 'certificate']],
    status: [['spec'], ['status', 'conditions']],
  },
  fields: { 'spec.signerName': ({ spec }) => spec.signerName },
  columns: certificateSigningRequestColumns,
  descriptions: () => import('./descriptions.ts'),
})
