import { formatBytes } from '#net/ip-address.ts'
import { Rcode, type RecordData, type ResourceRecord } from '../record.ts'

/** A record's data as `dig +short` shows it, without last dots. */
export const dataText = (data: RecordData): string => {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return formatBytes(data.address)
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${data.target}`
    case 'TXT':
      return data.strings.join(' ')
    case 'SOA':
      return data.primary
    default:
      return data.target
  }
}

/** `web.shop.svc.cluster.local A 10.96.7.1` */
export const recordLine = ({ name, data }: ResourceRecord): string => `${name} ${data.type} ${dataText(data)}`

/** 3 → `NXDOMAIN` */
export const rcodeName = (rcode: number): string =>
  Object.entries(Rcode).find(([, value]) => value === rcode)?.[0] ?? String(rcode)
