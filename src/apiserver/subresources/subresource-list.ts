import type { TokenSigner } from '../access/token.ts'
import { binding } from './binding.ts'
import { eviction } from './eviction.ts'
import { finalize } from './finalize.ts'
import { scale } from './scale.ts'
import type { SubresourceHandlers } from './subresource.ts'
import { createTokenRequest } from './token-request.ts'

/** Who answers for the parts of objects whose body is of another kind; `status` is the object's own and needs nobody. */
export const subresourceHandlers = (signer: TokenSigner): SubresourceHandlers => ({
  scale, // kubectl scale, autoscalers
  binding, // the scheduler
  eviction, // kubectl drain
  finalize, // the namespace controller's last step
  token: createTokenRequest(signer), // kubelets, kubectl create token
})
