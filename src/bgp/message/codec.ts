import { afiOf, familyOfAfi, MessageType, SAFI_UNICAST } from './codes.ts'
import type { UpdateContext } from './decode-attributes.ts'
import { type Frame, frame } from './frame.ts'
import type { Message } from './message.ts'
import { decodeNotice, encodeNotice } from './notification.ts'
import { OctetReader, OctetWriter } from './octets.ts'
import { decodeOpen, encodeOpen } from './open.ts'
import { decodeUpdate, encodeUpdate } from './update.ts'

/** A whole message. Throws RangeError beyond 4096 octets. */
export const encodeMessage = (message: Message, context: UpdateContext): Uint8Array => {
  switch (message.type) {
    case 'open':
      return frame(MessageType.OPEN, encodeOpen(message))
    case 'update':
      return frame(MessageType.UPDATE, encodeUpdate(message, context))
    case 'notification':
      return frame(MessageType.NOTIFICATION, encodeNotice(message.notice))
    case 'keepalive':
      return frame(MessageType.KEEPALIVE, new Uint8Array(0))
    case 'routeRefresh': {
      const afi = message.family === undefined ? 0 : afiOf(message.family)
      return frame(MessageType.ROUTE_REFRESH, new OctetWriter().word(afi).octet(0).octet(SAFI_UNICAST).octets)
    }
  }
}

/** What a frame says. Throws BgpMessageError, and nothing else whatever the octets are. */
export const decodeMessage = ({ type, body }: Frame, context: UpdateContext): Message => {
  switch (type) {
    case MessageType.OPEN:
      return decodeOpen(body)
    case MessageType.UPDATE:
      return decodeUpdate(body, context)
    case MessageType.NOTIFICATION:
      return { type: 'notification', notice: decodeNotice(body) }
    case MessageType.ROUTE_REFRESH: {
      const reader = new OctetReader(body, () => new RangeError('a frame has the length of its type'))
      const afi = reader.word()
      // Between them stands a subtype (RFC 7313): whatever it is, it was not agreed on, and means a refresh.
      reader.octet()
      return { type: 'routeRefresh', family: familyOfAfi(afi, reader.octet()) }
    }
    default:
      // The framer lets no other type pass.
      return { type: 'keepalive' }
  }
}
