import { resource } from '#api/resource.ts'
import { ServiceAccount, ServiceAccountList } from './message.ts'

export const serviceAccounts = resource('serviceaccounts', ServiceAccount, ServiceAccountList, {
  shortNames: ['sa'],
})
