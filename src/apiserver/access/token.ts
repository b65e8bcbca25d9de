import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

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
    readonly serviceaccount: { readonly name: string; readonly uid: string }
    readonly pod?: { readonly name: string; readonly uid: string }
    readonly secret?: { readonly name: string; readonly uid: string }
    readonly node?: { readonly name: string; readonly uid: string }
    readonly warnafter?: number
  }
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
  readonly #header: string
  readonly #verified = new Map<string, TokenClaims>()

  /** `key`: PEM of a P-256 private key. */
  constructor(key: string, issuer: string) {
    this.issuer = issuer
    this.#private = createPrivateKey(key)
    this.#public = createPublicKey(this.#private)
    const spki = this.#public.export({ type: 'spki', format: 'der' }) as Buffer
    const kid = createHash('sha256').update(spki).digest('base64url')
    this.#header = encode({ alg: 'ES256', kid })
  }

  sign(claims: TokenClaims): string {
    const body = `${this.#header}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(body), { key: this.#private, dsaEncoding: 'ieee-p1363' })
    return `${body}.${signature.toString('base64url')}`
  }

  /**
   * The claims of a token that this key signed, or undefined. Says nothing yet of time, audience or what it is bound
   * to.
   */
  verify(token: string): TokenClaims | undefined {
    const known = this.#verified.get(token)
    if (known) return known
    const [header, payload, signature, ...more] = token.split('.')
    // The header is compared, not read: no other algorithm or key is ever accepted.
    if (header !== this.#header || !payload || !signature || more.length > 0) return undefined
    const bytes = Buffer.from(signature, 'base64url')
    if (
      !verify('sha256', Buffer.from(`${header}.${payload}`), { key: this.#public, dsaEncoding: 'ieee-p1363' }, bytes)
    ) {
      return undefined
    }
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims
    if (claims.iss !== this.issuer) return undefined
    if (this.#verified.size >= CACHE_SIZE) this.#verified.delete(this.#verified.keys().next().value!)
    this.#verified.set(token, claims)
    return claims
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
