/** Forms of texts that several kinds have. Patterns are RE2's, and find their text anywhere unless they say `^` and `$`. */
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
export const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const TOKEN = "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$"
/** Octets of a path that RFC 3986 knows. */
export const PATH = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$"
/** What stands behind the slash of a name with a domain before it. */
export const DOMAIN_PATH = "\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+"
export const HOSTNAME = `^(\\*\\.)?${SUBDOMAIN}$`
export const QUALIFIED_NAME = `([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]`

export const group = { maxLength: 253, pattern: `^$|^${SUBDOMAIN}$` }
export const kind = { minLength: 1, maxLength: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' }
export const objectName = { minLength: 1, maxLength: 253 }
export const namespace = { minLength: 1, maxLength: 63, pattern: `^${LABEL}$` }
export const sectionName = { minLength: 1, maxLength: 253, pattern: `^${SUBDOMAIN}$` }
export const hostname = { minLength: 1, maxLength: 253, pattern: HOSTNAME }
/** Without a star. */
export const preciseHostname = { minLength: 1, maxLength: 253, pattern: `^${SUBDOMAIN}$` }
export const controllerName = { minLength: 1, maxLength: 253, pattern: `^${SUBDOMAIN}${DOMAIN_PATH}$` }
export const port = { minimum: 1, maximum: 65_535 }
export const headerName = { minLength: 1, maxLength: 256, pattern: TOKEN }
export const headerValue = { minLength: 1, maxLength: 4096, pattern: '^[!-~]+([\\t ]?[!-~]+)*$' }
export const duration = { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }
export const optionValue = { minLength: 0, maxLength: 4096 }
