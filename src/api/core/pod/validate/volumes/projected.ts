import type { DownwardAPIVolumeFile, ProjectedVolumeSource } from '#api/core/pod/volume/projected.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { checkDomainPrefixedPath, checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { validateFieldRef, validateResourceRef } from '../container/environment.ts'
import { checkFilePath, checkItems, checkMode } from './paths.ts'

/** What of a pod a file may hold. */
const FIELD_PATHS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const TEN_MINUTES = 600
const LONGEST_SECONDS = 2 ** 32
const HOUR = 3600
const LONGEST_CERTIFICATE = 91 * 24 * HOUR
const KEY_TYPES = ['ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519', 'RSA3072', 'RSA4096']

/** Checks a file that says something of its pod; Kubernetes names the list, not the place in it. */
export const checkDownwardFile = (file: DownwardAPIVolumeFile, at: string): readonly FieldError[] => {
  const { path, fieldRef, resourceFieldRef, mode } = file
  const errors: FieldError[] = [...(path ? checkFilePath(path, `${at}.path`) : [required(`${at}.path`)])]
  if (fieldRef !== undefined) {
    errors.push(...validateFieldRef(fieldRef, `${at}.fieldRef`, FIELD_PATHS))
    if (resourceFieldRef !== undefined)
      errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (resourceFieldRef !== undefined)
    errors.push(...validateResourceRef(resourceFieldRef, `${at}.resourceFieldRef`, true))
  else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'))
  return [...errors, ...checkMode(mode, `${at}.mode`)]
}

type Source = NonNullable<ProjectedVolumeSource['sources']>[number]

const checkToken = (
  { expirationSeconds, path }: NonNullable<Source['serviceAccountToken']>,
  at: string,
  volume: string,
) => {
  const errors: FieldError[] = []
  const life = expirationSeconds ?? 0
  const wrong = (how: string) => invalid(`${at}.expirationSeconds`, life, `may not specify a duration ${how}`)
  if (life < TEN_MINUTES) errors.push(wrong('less than 10 minutes'))
  if (life > LONGEST_SECONDS) errors.push(wrong('larger than 2^32 seconds'))
  // Kubernetes names the volume, not the source.
  const field = `${volume}.path`
  return [...errors, ...(path ? checkFilePath(path, field) : [required(field)])]
}

const checkBundle = (bundle: NonNullable<Source['clusterTrustBundle']>, at: string): readonly FieldError[] => {
  const { name, signerName, labelSelector, path = '' } = bundle
  const errors: FieldError[] = []
  if (name !== undefined && signerName !== undefined)
    errors.push(invalid(at, bundle, 'only one of name and signerName may be used'))
  else if (name !== undefined) {
    if (name === '') errors.push(required(`${at}.name`, 'must be a valid object name'))
    else
      errors.push(
        ...checkForm(dnsSubdomain, name.slice(name.lastIndexOf(':') + 1), `${at}.name`).map(({ detail }) =>
          invalid(`${at}.name`, name, `not a valid clustertrustbundlename: ${detail}`),
        ),
      )
    if (labelSelector !== undefined)
      errors.push(invalid(`${at}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'))
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(`${at}.signerName`, 'must be a valid signer name'))
    else errors.push(...checkDomainPrefixedPath(signerName, `${at}.signerName`))
    if (labelSelector !== undefined) errors.push(...validateSelector(labelSelector, `${at}.labelSelector`))
  } else errors.push(required(at, 'either name or signerName must be specified'))
  if (!path) errors.push(required(`${at}.path`))
  return [...errors, ...checkFilePath(path, `${at}.path`)]
}

const checkCertificate = (certificate: NonNullable<Source['podCertificate']>, at: string): readonly FieldError[] => {
  const { signerName, keyType = '', maxExpirationSeconds: life, ...paths } = certificate
  const errors: FieldError[] = [...checkDomainPrefixedPath(signerName, `${at}.signerName`)]
  if (!KEY_TYPES.includes(keyType)) errors.push(notSupported(`${at}.keyType`, keyType, KEY_TYPES))
  if (life !== undefined && life < HOUR)
    errors.push(invalid(`${at}.maxExpirationSeconds`, life, 'if provided, maxExpirationSeconds must be >= 3600'))
  if (life !== undefined && life > LONGEST_CERTIFICATE)
    errors.push(
      invalid(
        `${at}.maxExpirationSeconds`,
        life,
        `if provided, maxExpirationSeconds must be <= ${LONGEST_CERTIFICATE}`,
      ),
    )
  const { credentialBundlePath, keyPath, certificateChainPath } = paths
  for (const [name, path] of Object.entries({ credentialBundlePath, keyPath, certificateChainPath }))
    if (path) errors.push(...checkFilePath(path, `${at}.${name}`))
  if (!credentialBundlePath && !keyPath && !certificateChainPath)
    errors.push(required(at, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'))
  return errors
}

/** Which files a source brings, each with what is shown where another one has it already. */
const filesOf = ({ secret, configMap, downwardAPI, clusterTrustBundle, podCertificate }: Source) => [
  ...(secret?.items ?? []).map(({ path }) => [path, secret!.name ?? ''] as const),
  ...(configMap?.items ?? []).map(({ path }) => [path, configMap!.name ?? ''] as const),
  ...(downwardAPI?.items ?? []).map(({ path }) => [path, path] as const),
  ...[
    clusterTrustBundle?.path,
    podCertificate?.credentialBundlePath,
    podCertificate?.keyPath,
    podCertificate?.certificateChainPath,
  ].flatMap((path) => (path ? [[path, path] as const] : [])),
]

const checkSource = (source: Source, at: string, volume: string): readonly FieldError[] => {
  const { downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source
  return [
    ...(['secret', 'configMap'] as const).flatMap((kind) => {
      const keyed = source[kind]
      if (keyed === undefined) return []
      return [
        ...(keyed.name ? [] : [required(`${at}.${kind}.name`)]),
        ...checkItems(keyed.items, `${at}.${kind}.items`),
      ]
    }),
    ...(downwardAPI?.items ?? []).flatMap((file) => checkDownwardFile(file, `${at}.downwardAPI`)),
    ...(serviceAccountToken ? checkToken(serviceAccountToken, `${at}.serviceAccountToken`, volume) : []),
    ...(clusterTrustBundle ? checkBundle(clusterTrustBundle, `${at}.clusterTrustBundle`) : []),
    ...(podCertificate ? checkCertificate(podCertificate, `${at}.podCertificate`) : []),
  ]
}

/** Checks a volume that is made of several sources. */
export const checkProjected = ({ sources, defaultMode }: ProjectedVolumeSource, at: string): readonly FieldError[] => {
  const paths = new Set<string>()
  return [
    ...checkMode(defaultMode, `${at}.defaultMode`),
    ...(sources ?? []).flatMap((source, index) => {
      const place = `${at}.sources[${index}]`
      const errors: FieldError[] = [...checkSource(source, place, at)]
      for (const [path, shown] of filesOf(source)) {
        if (path && paths.has(path)) errors.push(invalid(at, shown, 'conflicting duplicate paths'))
        paths.add(path)
      }
      if (Object.values(source).filter((one) => one !== undefined).length > 1)
        errors.push(forbidden(place, 'may not specify more than 1 volume type per source'))
      return errors
    }),
  ]
}
