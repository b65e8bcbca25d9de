/** Six octets of a link-layer address. */
export const parseMac = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16))

export const formatMac = (bytes: Uint8Array): string =>
  Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join(':')

export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff'
