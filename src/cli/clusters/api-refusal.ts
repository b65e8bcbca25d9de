import { ApiError } from '#client/client.ts'
import { TransportError } from '#client/http-client.ts'
import { CliError } from '../cli-error.ts'

/** OpenSSL's words for a certificate that is not believed, as Node.js has them in `code`. */
const UNTRUSTED = /^(ERR_TLS_|CERT_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF))/

const READS =
  'explain reads nodes, pods, services and endpointslices of all namespaces: a cluster role such as view, and nodes'

/** Why the API of a kubeconfig's context does not answer, with the way out; what is neither is given back as it is. */
export const apiRefusal = (error: unknown, server: string, context: string, login: string, reads = READS): unknown => {
  if (error instanceof ApiError && error.status.code === 401)
    return new CliError('API_REFUSED', `${server} does not believe who asks (context ${context}): ${error.message}`, {
      hint: `${login} is over, or of another cluster: log in anew, as for kubectl`,
      cause: error,
    })
  if (error instanceof ApiError)
    return new CliError('API_REFUSED', `${server} refused ${login}: ${error.message}`, {
      hint: reads,
      cause: error,
    })
  const { code } = (error instanceof TransportError ? (error.cause ?? {}) : {}) as { readonly code?: unknown }
  if (typeof code === 'string' && UNTRUSTED.test(code))
    return new CliError('API_UNTRUSTED', (error as Error).message, {
      hint: `the cluster of context ${context} has another certificate-authority-data, or needs tls-server-name`,
      cause: error,
    })
  return error
}
