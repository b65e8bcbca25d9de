/**
 * Bytes that are no message, or an object that cannot become one. PROTOBUF_TRUNCATED: they end inside of a value;
 * PROTOBUF_MALFORMED: a key, length or value that protobuf does not have; PROTOBUF_TOO_DEEP: messages nest past
 * `MAX_MESSAGE_DEPTH`; PROTOBUF_RANGE: an integer past 2^53, which JavaScript cannot hold; PROTOBUF_ENVELOPE: no
 * `k8s\0` before it; PROTOBUF_VALUE: a value of the object has no form on the wire.
 */
export class ProtobufError extends Error {
  readonly code:
    | 'PROTOBUF_TRUNCATED'
    | 'PROTOBUF_MALFORMED'
    | 'PROTOBUF_TOO_DEEP'
    | 'PROTOBUF_RANGE'
    | 'PROTOBUF_ENVELOPE'
    | 'PROTOBUF_VALUE'
  constructor(code: ProtobufError['code'], message: string) {
    super(message)
    this.name = 'ProtobufError'
    this.code = code
  }
}

/** As gogo's generated code has no limit and Go's stacks grow, ours is far above what any kind needs (a Pod: 9). */
export const MAX_MESSAGE_DEPTH = 200
