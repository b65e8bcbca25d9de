import { decodeProtobuf, encodeEnveloped, unwrapUnknown } from '../protobuf.ts'
import { bytes, declarations, field, type MessageClass, string } from '../schema.ts'

const { message } = declarations('test.v1')

/** A message without its envelope: what stands on the wire where it is a field of another. */
export const encodeProtobuf = <T>(kind: MessageClass<T>, object: T): Uint8Array =>
  unwrapUnknown(encodeEnveloped(kind, object)).raw

class RawExtension extends message('RawExtension', { raw: field(1, bytes) }) {}
class WatchEvent extends message('WatchEvent', { type: field(1, string), object: field(2, RawExtension) }) {}

/** The frames of a watch stream, each with its length before it: the word, and the object in its envelope. */
export const decodeWatchFrames = (
  stream: Uint8Array,
): readonly { readonly type: string; readonly enveloped: Uint8Array; readonly frame: Uint8Array }[] => {
  const view = new DataView(stream.buffer, stream.byteOffset)
  const frames = []
  for (let at = 0; at < stream.length; ) {
    const end = at + 4 + view.getUint32(at)
    const { type = '', object } = decodeProtobuf(WatchEvent, stream.subarray(at + 4, end)).object
    const enveloped = new Uint8Array(Buffer.from(object?.raw ?? '', 'base64'))
    frames.push({ type, enveloped, frame: stream.subarray(at, end) })
    at = end
  }
  return frames
}
