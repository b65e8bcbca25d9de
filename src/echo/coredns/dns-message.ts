import { isIPv6 } from 'node:net'

/** A query as far as it is looked at. */
interface Query {
  /** Lower case, without the last dot. */
  readonly name: string
  readonly type: number
  /** Where its question ends. */
  readonly end: number
}

const HEADER = 12
const [FLAG_RESPONSE, FLAG_AUTHORITATIVE, FLAGS_KEPT] = [0x8000, 0x0400, 0x7900] as const
/** A name that stands where the question's does. */
const SAME_NAME = [0xc0, HEADER]
const [TYPE_A, TYPE_AAAA, TYPE_SRV] = [1, 28, 33] as const
export const RCODE = { FORMERR: 1, SERVFAIL: 2, NOTIMP: 4, REFUSED: 5 } as const

/** The first question of a message (RFC 1035); undefined where it is no query of one. */
export const readQuery = (data: Buffer): Query | undefined => {
  if (data.length < HEADER || data.readUInt16BE(2) & FLAG_RESPONSE || data.readUInt16BE(4) !== 1) return undefined
  const labels: string[] = []
  let at = HEADER
  for (;;) {
    const length = data[at]
    if (length === undefined || length > 63 || at + 1 + length > data.length) return undefined
    at += 1 + length
    if (length === 0) break
    labels.push(data.toString('latin1', at - length, at))
  }
  if (at + 4 > data.length || at - HEADER > 255) return undefined
  return { name: labels.join('.').toLowerCase(), type: data.readUInt16BE(at), end: at + 4 }
}

const head = (data: Buffer, flags: number, end: number, additional: number): Buffer => {
  const answer = Buffer.from(data.subarray(0, end))
  answer.writeUInt16BE((data.readUInt16BE(2) & FLAGS_KEPT) | FLAG_RESPONSE | flags, 2)
  for (const [offset, count] of [
    [4, end > HEADER ? 1 : 0],
    [6, 0],
    [8, 0],
    [10, additional],
  ] as const)
    answer.writeUInt16BE(count, offset)
  return answer
}

/** An answer that says what is wrong. Nothing for what has not even a header. */
export const refuse = (data: Buffer, rcode: number): Buffer | undefined =>
  data.length < HEADER ? undefined : head(data, rcode, readQuery(data)?.end ?? HEADER, 0)

const octets = (address: string): readonly number[] => {
  if (!isIPv6(address)) return address.split('.').map(Number)
  const [left = '', right] = address.split('%')[0]!.split('::')
  const groups = (text: string | undefined) => (text ? text.split(':') : [])
  const middle = right === undefined ? 0 : 8 - groups(left).length - groups(right).length
  const all = [...groups(left), ...Array<string>(middle).fill('0'), ...groups(right)]
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
}

const record = (name: readonly number[], type: number, data: readonly number[]): Buffer =>
  Buffer.from([...name, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length, ...data])

/** Who has asked: beside an empty answer his address, and his port as an SRV record of `_udp` or `_tcp`. */
export const whoami = (
  data: Buffer,
  { end }: Query,
  client: { readonly address: string; readonly port: number; readonly protocol: 'udp' | 'tcp' },
): Buffer => {
  const address = client.address.replace(/^::ffff:(?=\d+\.)/, '')
  const label = Buffer.from(`_${client.protocol}`)
  const port = [client.port >> 8, client.port & 0xff]
  return Buffer.concat([
    head(data, FLAG_AUTHORITATIVE, end, 2),
    record(SAME_NAME, isIPv6(address) ? TYPE_AAAA : TYPE_A, octets(address)),
    record([label.length, ...label, ...SAME_NAME], TYPE_SRV, [0, 0, 0, 0, ...port, 0]),
  ])
}
