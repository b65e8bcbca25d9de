import { resource } from '#api/resource.ts'
import { Secret, SecretList } from './message.ts'

export const secrets = resource('secrets', Secret, SecretList)
