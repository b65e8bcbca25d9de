import { measureIdentity } from './identity.ts'
console.log(await measureIdentity(500))
