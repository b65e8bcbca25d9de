import { resource } from '#api/resource.ts'
import { Ingress, IngressList } from './message.ts'

export const ingresses = resource('ingresses', Ingress, IngressList, { shortNames: ['ing'] })
