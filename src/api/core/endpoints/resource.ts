import { resource } from '#api/resource.ts'
import { Endpoints, EndpointsList } from './message.ts'

export const endpoints = resource('endpoints', Endpoints, EndpointsList, { shortNames: ['ep'] })
