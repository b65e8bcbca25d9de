import { resource } from '#api/resource.ts'
import { ResourceQuota, ResourceQuotaList } from './message.ts'

export const resourceQuotas = resource('resourcequotas', ResourceQuota, ResourceQuotaList, { shortNames: ['quota'] })
