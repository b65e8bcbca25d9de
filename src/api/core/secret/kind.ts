import { kind } from '#api/catalogue/kind.ts'
import { secretColumns } from './columns.ts'
import { defaultSecret } from './defaults.ts'
import { secrets } from './resource.ts'
import { validateSecretCreate, validateSecretUpdate } from './validate.ts'

export const secret = kind({
  resource: secrets,
  defaults: defaultSecret,
  validate: { create: validateSecretCreate, update: validateSecretUpdate },
  columns: secretColumns,
  fields: { type: ({ type }) => type },
  descriptions: () => import('./descriptions.ts'),
})
