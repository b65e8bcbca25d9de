import type { IpFamily } from '#net/ip-address.ts'
import { afiOf, CapabilityCode, ErrorCode, familyOfAfi, OpenError, SAFI_UNICAST } from './codes.ts'
import type { Capabilities, GracefulRestart } from './message.ts'
import { BgpMessageError, errorNotice } from './message-error.ts'
import { OctetReader, OctetWriter } from './octets.ts'

const RESTARTING = 0x8000
const MOST_SECONDS = 0x0fff
const FORWARDING = 0x80

const writeOne = (writer: OctetWriter, code: number, value: Uint8Array): void => {
  writer.octet(code).octet(value.length).all(value)
}

/** As the value of one optional parameter of an OPEN, RFC 5492. */
export const encodeCapabilities = (capabilities: Capabilities): Uint8Array => {
  const writer = new OctetWriter()
  const { families, fourOctetAs, routeRefresh, gracefulRestart } = capabilities
  for (const family of families) {
    const value = new OctetWriter().word(afiOf(family)).octet(0).octet(SAFI_UNICAST)
    writeOne(writer, CapabilityCode.MULTIPROTOCOL, value.octets)
  }
  if (routeRefresh) writeOne(writer, CapabilityCode.ROUTE_REFRESH, new Uint8Array(0))
  if (gracefulRestart !== undefined) {
    const value = new OctetWriter().word((gracefulRestart.isRestarting ? RESTARTING : 0) | gracefulRestart.seconds)
    for (const { family, isForwarding } of gracefulRestart.families)
      value
        .word(afiOf(family))
        .octet(SAFI_UNICAST)
        .octet(isForwarding ? FORWARDING : 0)
    writeOne(writer, CapabilityCode.GRACEFUL_RESTART, value.octets)
  }
  if (fourOctetAs !== undefined)
    writeOne(writer, CapabilityCode.FOUR_OCTET_AS, new OctetWriter().long(fourOctetAs).octets)
  return writer.octets
}

const malformed = (): BgpMessageError =>
  new BgpMessageError(errorNotice(ErrorCode.OPEN, OpenError.UNSPECIFIC), 'a capability is malformed')

const readGracefulRestart = (reader: OctetReader): GracefulRestart => {
  const head = reader.word()
  const families: { family: IpFamily; isForwarding: boolean }[] = []
  while (reader.left > 0) {
    const family = familyOfAfi(reader.word(), reader.octet())
    const isForwarding = (reader.octet() & FORWARDING) !== 0
    if (family !== undefined) families.push({ family, isForwarding })
  }
  return { isRestarting: (head & RESTARTING) !== 0, seconds: head & MOST_SECONDS, families }
}

/** What is known of the values of some capability parameters; others are passed over. Throws BgpMessageError. */
export const decodeCapabilities = (values: readonly Uint8Array[]): Capabilities => {
  const families = new Set<IpFamily>()
  let fourOctetAs: number | undefined
  let routeRefresh = false
  let gracefulRestart: GracefulRestart | undefined
  for (const octets of values) {
    const reader = new OctetReader(octets, malformed)
    while (reader.left > 0) {
      const code = reader.octet()
      const value = new OctetReader(reader.take(reader.octet()), malformed)
      if (code === CapabilityCode.MULTIPROTOCOL) {
        const afi = value.word()
        value.octet()
        const family = familyOfAfi(afi, value.octet())
        if (family !== undefined) families.add(family)
      } else if (code === CapabilityCode.ROUTE_REFRESH) routeRefresh = true
      else if (code === CapabilityCode.FOUR_OCTET_AS) fourOctetAs = value.long()
      else if (code === CapabilityCode.GRACEFUL_RESTART) gracefulRestart = readGracefulRestart(value)
    }
  }
  return { families: [...families], fourOctetAs, routeRefresh, gracefulRestart }
}
