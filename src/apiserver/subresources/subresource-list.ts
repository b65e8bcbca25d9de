import type { TokenSigner } from '../access/token.ts'
import { binding } from './binding.ts'
import { eviction } from './eviction.ts'
import { finalize } from './finalize.ts'
import { scale } from './scale.ts'
import type { SubresourceHandler } from './subresource.ts'
import { createTokenRequest } from './token-request.ts'

/** Every part of a resource whose body is of another kind; `status` is the resource's own kind and needs no line. */
export const subresourceList = (signer: TokenSigner): readonly SubresourceHandler[] => [
  scale, // kubectl scale, autoscalers
  binding, // the scheduler
  eviction, // kubectl drain
  finalize, // the namespace controller's last step
  createTokenRequest(signer), // kubelets, kubectl create token
]
