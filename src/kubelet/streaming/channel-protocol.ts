import type { RawData } from 'ws'

/** How messages of several streams travel through one WebSocket. */
export interface ChannelProtocol {
  readonly name: string
  /** Messages are text: the digit of the channel, and base64. */
  readonly isText: boolean
  /** The end is told as a Status; before version 4, a failure in words and nothing else. */
  readonly endsWithStatus: boolean
  /** The client can end its stdin and go on. */
  readonly closesStdin: boolean
}

const protocol = (name: string, version: number): ChannelProtocol => ({
  name,
  isText: name.includes('base64'),
  endsWithStatus: version >= 4,
  closesStdin: version >= 5,
})

/** The best first; a client that asks for none speaks the first that there was. */
export const CHANNEL_PROTOCOLS: readonly ChannelProtocol[] = [
  protocol('v5.channel.k8s.io', 5),
  protocol('v4.channel.k8s.io', 4),
  protocol('v4.base64.channel.k8s.io', 4),
  protocol('channel.k8s.io', 1),
  protocol('base64.channel.k8s.io', 1),
  protocol('', 1),
]

/** The channel of a message and what it says; undefined for one that is none. */
export const readMessage = (
  { isText }: ChannelProtocol,
  data: RawData,
): { readonly channel: number; readonly payload: Buffer } | undefined => {
  const message = bufferOf(data)
  if (message.length === 0) return undefined
  if (!isText) return { channel: message[0]!, payload: message.subarray(1) }
  const channel = message[0]! - 0x30
  if (channel < 0 || channel > 9) return undefined
  return { channel, payload: Buffer.from(message.subarray(1).toString('latin1'), 'base64') }
}

/** A message as it goes out: a Buffer is binary, a string text. */
export const writeMessage = ({ isText }: ChannelProtocol, channel: number, payload: Uint8Array): Buffer | string => {
  if (isText) return `${channel}${Buffer.from(payload).toString('base64')}`
  const message = Buffer.allocUnsafe(payload.length + 1)
  message[0] = channel
  message.set(payload, 1)
  return message
}

const bufferOf = (data: RawData): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
