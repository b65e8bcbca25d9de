import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { checkAddress } from '#api/validation/address.ts'
import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, searchPath } from '#api/validation/names.ts'

const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const MOST_SERVERS = 3
const MOST_SEARCHES = 32
const LONGEST_SEARCH_LIST = 2048

/** Checks which of the ways of resolving names a pod goes. */
export const validateDnsPolicy = ({ dnsPolicy }: PodSpec, path: string): readonly FieldError[] => {
  const at = `${path}.dnsPolicy`
  if (!dnsPolicy) return [required(at)]
  return POLICIES.includes(dnsPolicy) ? [] : [notSupported(at, dnsPolicy, POLICIES)]
}

/** Checks what a pod says of its resolver; where it goes by nothing else, that there is something. */
export const validateDnsConfig = ({ dnsPolicy, dnsConfig }: PodSpec, path: string): readonly FieldError[] => {
  const at = `${path}.dnsConfig`
  if (dnsConfig === undefined)
    return dnsPolicy === 'None' ? [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')] : []
  const { nameservers = [], searches = [], options = [] } = dnsConfig
  const errors: FieldError[] = []
  if (dnsPolicy === 'None' && nameservers.length === 0)
    return [required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
  if (nameservers.length > MOST_SERVERS)
    errors.push(invalid(`${at}.nameservers`, nameservers, `must not have more than ${MOST_SERVERS} nameservers`))
  for (const [index, server] of nameservers.entries())
    errors.push(...checkAddress(server, `${at}.nameservers[${index}]`))
  if (searches.length > MOST_SEARCHES)
    errors.push(invalid(`${at}.searches`, searches, `must not have more than ${MOST_SEARCHES} search paths`))
  if (searches.join(' ').length > LONGEST_SEARCH_LIST)
    errors.push(
      invalid(
        `${at}.searches`,
        searches,
        `must not have more than ${LONGEST_SEARCH_LIST} characters (including spaces) in the search list`,
      ),
    )
  for (const [index, search] of searches.entries())
    if (search !== '.') errors.push(...checkForm(searchPath, search.replace(/\.$/, ''), `${at}.searches[${index}]`))
  for (const [index, { name }] of options.entries())
    if (!name) errors.push(required(`${at}.options[${index}]`, 'must not be empty'))
  return errors
}
