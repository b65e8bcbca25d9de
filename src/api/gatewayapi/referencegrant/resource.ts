import { resource } from '#api/resource.ts'
import { ReferenceGrant, ReferenceGrantList } from './message.ts'

export const referenceGrants = resource('referencegrants', ReferenceGrant, ReferenceGrantList, {
  shortNames: ['refgrant'],
  categories: ['gateway-api'],
})
