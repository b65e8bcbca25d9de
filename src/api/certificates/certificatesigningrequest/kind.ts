import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { certificateSigningRequestColumns } from './columns.ts'
import { certificateSigningRequests } from './resource.ts'

export const certificateSigningRequest = kind({
  resource: certificateSigningRequests,
  subresources: { status },
  unserved: { approval: 'requests are not decided here: nothing signs them' },
  fields: { 'spec.signerName': ({ spec }) => spec.signerName },
  isInert: true,
  columns: certificateSigningRequestColumns,
})
