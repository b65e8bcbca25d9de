import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { BIT_STRING, type Der, DerError, identifier, readDer, SEQUENCE, SET, textOf, within } from './der.ts'
import { pemBlocks } from './pem.ts'

/** What a request for a certificate (PKCS #10, RFC 2986) asks for. */
export interface SigningRequest {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly emailAddresses: readonly string[]
  /** In octets, as they stand there. */
  readonly addresses: readonly Buffer[]
  readonly uris: readonly string[]
  /** Whether it was signed by who has the key that it names; else why not. */
  readonly signatureFault: string | undefined
}

const COMMON_NAME = '2.5.4.3'
const ORGANIZATION = '2.5.4.10'
const EXTENSIONS = '1.2.840.113549.1.9.14'
const ALTERNATIVE_NAMES = '2.5.29.17'
const ATTRIBUTES_TAG = 0xa0

/** Reads a request in PEM. Throws an Error whose message says what is wrong, in Kubernetes' words. */
export const readSigningRequest = (pem: string): SigningRequest => {
  const [block] = pemBlocks(pem)
  if (block?.type !== 'CERTIFICATE REQUEST') throw new DerError('PEM block type must be CERTIFICATE REQUEST')
  const [info, algorithm, signature] = within(readDer(block.bytes), SEQUENCE)
  const [, subject, publicKey, attributes] = within(info, SEQUENCE)
  const words = namesOf(subject)
  const alternatives = alternativeNames(attributes)
  const byTag = (tag: number): readonly Der[] => alternatives.filter((name) => name.tag === tag)
  return {
    commonName: words.get(COMMON_NAME)?.at(-1) ?? '',
    organizations: words.get(ORGANIZATION) ?? [],
    emailAddresses: byTag(0x81).map(textOf),
    dnsNames: byTag(0x82).map(textOf),
    uris: byTag(0x86).map(textOf),
    addresses: byTag(0x87).map(({ content }) => content),
    signatureFault: signatureFault(info!, algorithm, publicKey, signature),
  }
}

const namesOf = (subject: Der | undefined): ReadonlyMap<string, string[]> => {
  const words = new Map<string, string[]>()
  for (const set of within(subject, SEQUENCE))
    for (const pair of within(set, SET)) {
      const [type, value] = within(pair, SEQUENCE)
      if (!type || !value) continue
      const id = identifier(type)
      words.set(id, [...(words.get(id) ?? []), textOf(value)])
    }
  return words
}

const alternativeNames = (attributes: Der | undefined): readonly Der[] => {
  if (attributes?.tag !== ATTRIBUTES_TAG) return []
  for (const attribute of within(attributes, ATTRIBUTES_TAG)) {
    const [type, values] = within(attribute, SEQUENCE)
    if (!type || identifier(type) !== EXTENSIONS) continue
    for (const extension of within(within(values, SET)[0], SEQUENCE)) {
      const parts = within(extension, SEQUENCE)
      if (parts[0] && identifier(parts[0]) === ALTERNATIVE_NAMES)
        return within(readDer(parts.at(-1)!.content), SEQUENCE)
    }
  }
  return []
}

/** By the algorithm's identifier: the digest, and how it is told where it does not fit. */
const ALGORITHMS: ReadonlyMap<string, readonly [digest: string | null, fault: string]> = new Map([
  ['1.2.840.113549.1.1.5', ['sha1', 'crypto/rsa: verification error']],
  ['1.2.840.113549.1.1.11', ['sha256', 'crypto/rsa: verification error']],
  ['1.2.840.113549.1.1.12', ['sha384', 'crypto/rsa: verification error']],
  ['1.2.840.113549.1.1.13', ['sha512', 'crypto/rsa: verification error']],
  ['1.2.840.10045.4.1', ['sha1', 'x509: ECDSA verification failure']],
  ['1.2.840.10045.4.3.2', ['sha256', 'x509: ECDSA verification failure']],
  ['1.2.840.10045.4.3.3', ['sha384', 'x509: ECDSA verification failure']],
  ['1.2.840.10045.4.3.4', ['sha512', 'x509: ECDSA verification failure']],
  ['1.3.101.112', [null, 'x509: Ed25519 verification failure']],
])
const UNKNOWN = 'x509: cannot verify signature: algorithm unimplemented'

const signatureFault = (
  info: Der,
  algorithm: Der | undefined,
  publicKey: Der | undefined,
  signature: Der | undefined,
): string | undefined => {
  if (!publicKey || signature?.tag !== BIT_STRING) throw new DerError("asn1: structure error: tags don't match")
  const [type] = within(algorithm, SEQUENCE)
  const known = type && ALGORITHMS.get(identifier(type))
  if (!known) return UNKNOWN
  const key = keyOf(publicKey.whole)
  if (!key) return UNKNOWN
  const [digest, fault] = known
  try {
    return verify(digest, info.whole, key, signature.content.subarray(1)) ? undefined : fault
  } catch {
    return fault
  }
}

const keyOf = (spki: Buffer): KeyObject | undefined => {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
