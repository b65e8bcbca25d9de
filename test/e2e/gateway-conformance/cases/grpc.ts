import { type GrpcCall, GrpcStatusError, grpcCall } from '#echo/grpc/grpc-call.ts'
import { decodeMessage, type Message } from '#echo/grpc/protobuf.ts'
import { GRPC_ECHO, GRPC_METHODS } from '#echo/grpc/services.ts'
import { consistently, expectShares } from '../expect.ts'
import { backend, gateway, INFRA, listener, route } from '../objects.ts'
import type { Address } from '../round-trip.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

const UNIMPLEMENTED = 12

/** A rule of a GRPCRoute: backends `v1`, then matches, each `name:value …` or a method. */
const to = (backends: string, on: readonly string[] = [], more: object = {}): object => ({
  ...(on.length > 0 && {
    matches: on.map((match) =>
      match.includes(':')
        ? { headers: match.split(' ').map((one) => ({ name: one.split(':')[0], value: one.split(':')[1] })) }
        : { method: { service: GRPC_ECHO, method: match } },
    ),
  }),
  backendRefs: backends.split(' ').map((one) => backend(`grpc-infra-backend-${one.replace(/(?=\*|$)/, ':8080')}`)),
  ...more,
})

interface Assertions {
  readonly fullyQualifiedMethod: string
  readonly context: { readonly namespace: string; readonly pod: string }
}
/** The pod that answers `authority/method name=value`; the method is Echo where none is told. */
const call = async ({ host, port }: Address, ask: string): Promise<Assertions> => {
  const [target = '', ...words] = ask.split(' ')
  const [authority, method] = target.split('/') as [string, string]
  const path = `${GRPC_ECHO}/${method || 'Echo'}`
  const asked: GrpcCall = {
    host,
    port,
    path,
    message: Buffer.alloc(0),
    headers: words.map((word) => word.toLowerCase().split('=') as [string, string]),
    authority: authority || `${host}:${port}`,
    maxTime: 10,
    connectTimeout: 10,
  }
  const { message } = await grpcCall(asked)
  const { assertions } = decodeMessage(GRPC_METHODS[path]!.response, message) as Message
  return assertions as unknown as Assertions
}

/** `ASK > v1`, or `ASK > 12`, a status of gRPC. */
const expectCalls = async (suite: Suite, at: Address, lines: readonly string[]): Promise<void> => {
  const results = await Promise.allSettled(
    lines.map((line) => {
      const [ask, result] = line.split(' > ') as [string, string]
      const method = /\/(\w+)/.exec(ask)?.[1] ?? 'Echo'
      return consistently(line, async () => {
        const got = await call(at, ask).catch((error: unknown) => {
          if (error instanceof GrpcStatusError) return error.status
          throw error
        })
        if (typeof got === 'number') return String(got) === result ? undefined : `status ${got}`
        const right =
          got.context.pod.startsWith(`grpc-infra-backend-${result}`) &&
          got.context.namespace === INFRA &&
          got.fullyQualifiedMethod === `/${GRPC_ECHO}/${method}`
        return right ? undefined : JSON.stringify(got)
      })
    }),
  )
  const failed = results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))
  suite.assert.deepEqual(failed, [])
}

const onSame = async (suite: Suite, rules: readonly object[], lines: readonly string[]): Promise<Address> => {
  await suite.apply(route('GRPCRoute', 'calls', 'same-namespace', rules))
  const at = await new Statuses(suite).accepted('same-namespace', 'GRPCRoute', 'calls')
  await expectCalls(suite, at, lines)
  return at
}

export const GRPC: Cases = {
  async GRPCExactMethodMatching(suite) {
    await onSame(
      suite,
      [to('v1', ['Echo']), to('v2', ['EchoTwo'])],
      ['/Echo > v1', '/EchoTwo > v2', `/EchoThree > ${UNIMPLEMENTED}`],
    )
  },

  async GRPCRouteNamedRule(suite) {
    await onSame(
      suite,
      [to('v1', ['Echo'], { name: 'named-rule' }), to('v2', ['EchoTwo'])],
      ['/Echo > v1', '/EchoTwo > v2'],
    )
  },

  async GRPCRouteHeaderMatching(suite) {
    await onSame(
      suite,
      [
        to('v1', ['version:one']),
        to('v2', ['version:two']),
        to('v1', ['version:two color:orange']),
        to('v1', ['color:blue', 'color:green']),
        to('v2', ['color:red', 'color:yellow']),
      ],
      [
        ' Version=one > v1',
        ' Version=two > v2',
        ' Version=two Color=orange > v1',
        ' Version=two Color=blue > v2',
        ' Color=blue > v1',
        ' Color=green > v1',
        ' Color=red > v2',
        ' Color=yellow > v2',
        ...['Color=orange', 'Some-Other-Header=one', 'Color=purple'].map((word) => ` ${word} > ${UNIMPLEMENTED}`),
      ],
    )
  },

  async GRPCRouteListenerHostnameMatching(suite) {
    const statuses = new Statuses(suite)
    const own = 'grpcroute-listener-hostname-matching'
    const hosts = ['bar.com', 'foo.bar.com', '*.bar.com', '*.foo.com']
    await suite.apply(
      gateway(
        own,
        hosts.map((hostname, at) => listener(`listener-${at + 1}`, 80, { hostname })),
      ),
      route('GRPCRoute', 'backend-v1', `${own}#listener-1`, [to('v1')]),
      route('GRPCRoute', 'backend-v2', `${own}#listener-2`, [to('v2')]),
      route('GRPCRoute', 'backend-v3', `${own}#listener-3 ${own}#listener-4`, [to('v3')]),
    )
    await statuses.ready()
    await statuses.accepted(`${own}#listener-1`, 'GRPCRoute', 'backend-v1')
    await statuses.accepted(`${own}#listener-2`, 'GRPCRoute', 'backend-v2')
    const at = await statuses.accepted(`${own}#listener-3,listener-4`, 'GRPCRoute', 'backend-v3')
    await expectCalls(suite, at, [
      'bar.com/ > v1',
      'foo.bar.com/ > v2',
      ...['baz.bar.com', 'boo.bar.com', 'multiple.prefixes.bar.com', 'multiple.prefixes.foo.com'].map(
        (host) => `${host}/ > v3`,
      ),
      `foo.com/ > ${UNIMPLEMENTED}`,
      `no.matching.host/ > ${UNIMPLEMENTED}`,
    ])
  },

  async GRPCRouteWeight(suite) {
    const at = await onSame(suite, [to('v1*70 v2*30 v3*0')], [])
    await consistently('a call', async () => void (await call(at, '/')))
    const shares = { 'grpc-infra-backend-v1': 0.7, 'grpc-infra-backend-v2': 0.3, 'grpc-infra-backend-v3': 0 }
    await expectShares(suite, shares, async (count) => (await call(at, `/ X-Jitter=${count}`)).context.pod)
  },
}
