import { TokenRequest } from '#api/authentication/tokenrequest/message.ts'
import { kind } from '#api/catalogue/kind.ts'
import { serviceAccounts } from './resource.ts'

export const serviceAccount = kind({
  resource: serviceAccounts,
  subresources: { token: { answeredBy: 'token', verbs: ['create'], body: TokenRequest } },
  answersDeleted: true,
  descriptions: () => import('./descriptions.ts'),
})
