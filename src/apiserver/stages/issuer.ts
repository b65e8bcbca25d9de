import { methodNotAllowed } from '../errors.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'

const CONFIGURATION = '/.well-known/openid-configuration'
const KEYS = '/openid/v1/jwks'

/** Where these documents are, for the list of paths. */
export const ISSUER_PATHS = [CONFIGURATION, KEYS]

/**
 * OpenID Connect's discovery of the issuer of ServiceAccount tokens: by it others check tokens without asking this
 * server about each.
 */
export const issuer =
  ({ signer, advertised }: ServerContext): Stage =>
  (exchange) => {
    const path = exchange.info.path.replace(/\/$/, '')
    if (path !== CONFIGURATION && path !== KEYS) return false
    if (exchange.info.verb !== 'get' && exchange.info.verb !== 'head') throw methodNotAllowed()
    const caching = 'public, max-age=3600'
    if (path === KEYS) {
      return sendBytes(exchange, 200, 'application/jwk-set+json', JSON.stringify(signer.keySet), caching)
    }
    const configuration = {
      issuer: signer.issuer,
      jwks_uri: `https://${advertised}${KEYS}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }
    return sendBytes(exchange, 200, 'application/json', JSON.stringify(configuration), caching)
  }
