import type { MessageType } from './protobuf.ts'

/** A method that takes one message and gives one. */
interface GrpcMethod {
  readonly request: MessageType
  readonly response: MessageType
}

const NOTHING: MessageType = {}
const HEADER: MessageType = { 1: { name: 'key', type: 'string' }, 2: { name: 'value', type: 'string' } }
const CONTEXT: MessageType = {
  1: { name: 'namespace', type: 'string' },
  2: { name: 'ingress', type: 'string' },
  3: { name: 'serviceName', type: 'string' },
  4: { name: 'pod', type: 'string' },
}
const TLS: MessageType = {
  1: { name: 'version', type: 'string' },
  2: { name: 'negotiatedProtocol', type: 'string' },
  3: { name: 'serverName', type: 'string' },
  4: { name: 'cipherSuite', type: 'string' },
  5: { name: 'peerCertificates', type: 'string', repeated: true },
}
const ASSERTIONS: MessageType = {
  1: { name: 'fullyQualifiedMethod', type: 'string' },
  2: { name: 'headers', type: HEADER, repeated: true },
  3: { name: 'authority', type: 'string' },
  4: { name: 'context', type: CONTEXT },
  5: { name: 'tlsAssertions', type: TLS },
}
const ECHO: GrpcMethod = {
  request: NOTHING,
  response: { 1: { name: 'assertions', type: ASSERTIONS }, 2: { name: 'request', type: NOTHING } },
}

/** The service of the Gateway API's conformance tests. */
export const GRPC_ECHO = 'gateway_api_conformance.echo_basic.grpcecho.GrpcEcho'

/** Methods whose messages are known here, by `SERVICE/METHOD`; fields by the names that JSON gives them. */
export const GRPC_METHODS: Readonly<Record<string, GrpcMethod>> = {
  [`${GRPC_ECHO}/Echo`]: ECHO,
  [`${GRPC_ECHO}/EchoTwo`]: ECHO,
  // Declared there, and meant to be answered by nobody.
  [`${GRPC_ECHO}/EchoThree`]: ECHO,
  'grpc.health.v1.Health/Check': {
    request: { 1: { name: 'service', type: 'string' } },
    response: { 1: { name: 'status', type: 'varint' } },
  },
}
