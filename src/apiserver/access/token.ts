import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

interface Named {
  readonly name: string
  readonly uid: string
}

/** The claims of a bound ServiceAccount token (KEP-1205), times in seconds since 1970. */
export interface TokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly nbf: number
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: Named
    readonly pod?: Named
    readonly secret?: Named
    readonly node?: Partial<Named> & Pick<Named, 'name'>
    readonly warnafter?: number
  }
}

/** Who issues the tokens that are kept in Secrets. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount'

/** The claims of a token that is kept in a Secret: it ends with the Secret, and knows no audience. */
export interface LegacyClaims {
  readonly iss: typeof LEGACY_ISSUER
  readonly sub: string
  readonly 'kubernetes.io/serviceaccount/namespace': string
  readonly 'kubernetes.io/serviceaccount/secret.name': string
  readonly 'kubernetes.io/serviceaccount/service-account.name': string
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string
}

/** Claims whose signature has been checked; expiry and what they are bound to are checked on each use. */
const CACHE_SIZE = 1000

/**
 * Signs and verifies JSON Web Tokens by ES256 (RFC 7515, RFC 7518), in the process's own crypto: a microsecond when
 * seen before.
 */
export class TokenSigner {
  readonly issuer: string
  readonly #private: KeyObject
  readonly #public: KeyObject
  readonly #id: string
  readonly #header: string
  readonly #verified = new Map<string, TokenClaims | LegacyClaims>()

  /** `key`: PEM of a P-256 private key. */
  constructor(key: string, issuer: string) {
    this.issuer = issuer
    this.#private = createPrivateKey(key)
    this.#public = createPublicKey(this.#private)
    const spki = this.#public.export({ type: 'spki', format: 'der' }) as Buffer
    this.#id = createHash('sha256').update(spki).digest('base64url')
    this.#header = encode({ alg: 'ES256', kid: this.#id })
  }

  /** The public keys by which others check its tokens (RFC 7517). */
  get keySet(): object {
    const { kty, crv, x, y } = this.#public.export({ format: 'jwk' })
    return { keys: [{ use: 'sig', kty, kid: this.#id, crv, alg: 'ES256', x, y }] }
  }

  sign(claims: TokenClaims | LegacyClaims): string {
    const body = `${this.#header}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(body), { key: this.#private, dsaEncoding: 'ieee-p1363' })
    return `${body}.${signature.toString('base64url')}`
  }

  /** A token for a Secret to keep. */
  legacyToken(namespace: string, secret: string, account: Named): string {
    return this.sign({
      iss: LEGACY_ISSUER,
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secret,
      'kubernetes.io/serviceaccount/service-account.name': account.name,
      'kubernetes.io/serviceaccount/service-account.uid': account.uid,
      sub: `system:serviceaccount:${namespace}:${account.name}`,
    })
  }

  /**
   * The claims of a token that this key signed, or undefined. Says nothing yet of time, audience or what it is bound
   * to.
   */
  verify(token: string): TokenClaims | LegacyClaims | undefined {
    const known = this.#verified.get(token)
    if (known) return known
    // A client may send a million of dots.
    const [header, payload, signature, more] = token.split('.', 4)
    // The header is compared, not read: no other algorithm or key is ever accepted.
    if (header !== this.#header || !payload || !signature || more !== undefined) return undefined
    const bytes = Buffer.from(signature, 'base64url')
    // Node.js passes over what is no base64: a token is one text.
    if (bytes.toString('base64url') !== signature) return undefined
    if (
      !verify('sha256', Buffer.from(`${header}.${payload}`), { key: this.#public, dsaEncoding: 'ieee-p1363' }, bytes)
    ) {
      return undefined
    }
    const claims = readClaims(payload)
    if (claims?.iss !== this.issuer && claims?.iss !== LEGACY_ISSUER) return undefined
    if (this.#verified.size >= CACHE_SIZE) this.#verified.delete(this.#verified.keys().next().value!)
    this.#verified.set(token, claims)
    return claims
  }
}

/** Undefined for what is not in the form of either kind: the key may have signed other things elsewhere. */
const readClaims = (payload: string): TokenClaims | LegacyClaims | undefined => {
  let claims: Partial<TokenClaims> | null
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch {
    return undefined
  }
  if (claims?.iss === LEGACY_ISSUER) return claims as unknown as LegacyClaims
  const { aud, exp, nbf, 'kubernetes.io': own } = claims ?? {}
  const isWhole = Array.isArray(aud) && typeof exp === 'number' && typeof nbf === 'number' && own?.serviceaccount
  return isWhole ? (claims as TokenClaims) : undefined
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
