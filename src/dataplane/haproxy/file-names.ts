import { contentId } from './rules/content-id.ts'

/** The file of a certificate of the table, by its key: the same one whatever the certificate is, so that it can be renewed. */
export const certificateName = (key: string) => `certificates/${safe(key)}-${contentId(key)}.pem`

/** The file of all authorities of some keys. */
export const authorityName = (keys: readonly string[]) =>
  `authorities/${contentId([...new Set(keys)].sort().join(' '))}.pem`

/** The list of a port's certificates, and the one that is shown where no other fits. */
export const certificateListName = (bind: number) => `lists/${bind}.list`
export const defaultCertificateName = (bind: number) => `certificates/default-${bind}.pem`

const safe = (key: string) => key.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 60)
