import { checkCaBundle } from '#api/validation/ca-bundle.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { dns1035Label } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { validateWebhookService, validateWebhookUrl } from '#api/validation/webhook-client.ts'
import type { CustomResourceDefinition } from '../message.ts'

type Conversion = NonNullable<CustomResourceDefinition['spec']['conversion']>
type ClientConfig = NonNullable<NonNullable<Conversion['webhook']>['clientConfig']>

/** Versions of the question that this server asks. */
const ACCEPTED = ['v1', 'v1beta1']

export interface ConversionOptions {
  /** A bundle of certificates that nobody can read is passed over. */
  readonly allowsInvalidBundle: boolean
}

const checkClient = (config: ClientConfig | undefined, path: string, allowsInvalid: boolean): readonly FieldError[] => {
  if (config === undefined) return [required(path, 'required when strategy is set to Webhook')]
  const { url, service, caBundle } = config
  const where = (): readonly FieldError[] => {
    if ((url === undefined) === (service === undefined))
      return [required(path, 'exactly one of url or service is required')]
    if (url !== undefined) return validateWebhookUrl(url, `${path}.url`)
    return validateWebhookService(service!, `${path}.service`)
  }
  return [...where(), ...(caBundle && !allowsInvalid ? checkCaBundle(caBundle, `${path}.caBundle`) : [])]
}

const checkVersions = (versions: readonly string[] | undefined, path: string): readonly FieldError[] => {
  if (versions === undefined || versions.length === 0) return [required(path)]
  const again = repeats(versions)
  const errors = versions.flatMap((version, index) => {
    const at = `${path}[${index}]`
    if (again.has(index)) return [invalid(at, version, 'duplicate version')]
    return dns1035Label(version).map((problem) => invalid(at, version, problem))
  })
  if (versions.some((version) => ACCEPTED.includes(version))) return errors
  return [...errors, invalid(path, versions, `must include at least one of ${ACCEPTED.join(', ')}`)]
}

export const validateConversion = (
  conversion: Conversion | undefined,
  path: string,
  { allowsInvalidBundle }: ConversionOptions,
): readonly FieldError[] => {
  if (conversion === undefined) return []
  const { strategy, webhook } = conversion
  const strategies = ['None', 'Webhook']
  const errors: FieldError[] = []
  if (!strategy) errors.push(required(`${path}.strategy`))
  else if (!strategies.includes(strategy)) errors.push(notSupported(`${path}.strategy`, strategy, strategies))
  const client = webhook?.clientConfig
  const versions = webhook?.conversionReviewVersions
  if (strategy === 'Webhook')
    return [
      ...errors,
      ...checkClient(client, `${path}.webhookClientConfig`, allowsInvalidBundle),
      ...checkVersions(versions, `${path}.conversionReviewVersions`),
    ]
  const stray = 'should not be set when strategy is not set to Webhook'
  if (client !== undefined) errors.push(forbidden(`${path}.webhookClientConfig`, stray))
  if (versions !== undefined && versions.length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, stray))
  return errors
}
