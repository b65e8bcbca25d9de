import { resource } from '#api/resource.ts'
import { IPAddress, IPAddressList } from './message.ts'

export const ipAddresses = resource('ipaddresses', IPAddress, IPAddressList, { shortNames: ['ip'], namespaced: false })
