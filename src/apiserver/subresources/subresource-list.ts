import type { TokenSigner } from '../access/token.ts'
import { binding } from './binding.ts'
import { eviction } from './eviction.ts'
import { finalize } from './finalize.ts'
import { heard } from './heard.ts'
import { scale } from './scale.ts'
import type { SubresourceHandlers } from './subresource.ts'
import { createTokenRequest } from './token-request.ts'

/** Who answers for the parts of objects whose body is of another kind; `status` is the object's own and needs nobody. */
export const subresourceHandlers = (signer: TokenSigner): SubresourceHandlers => ({
  scale, // kubectl scale, autoscalers
  binding: heard(binding), // the scheduler
  eviction: heard(eviction), // kubectl drain
  finalize, // the namespace controller's last step
  token: heard(createTokenRequest(signer)), // kubelets, kubectl create token
})
