import { setTimeout as sleep } from 'node:timers/promises'
import { INFRA } from './objects.ts'
import { type Address, type Answer, type Ask, roundTrip, type Tls } from './round-trip.ts'
import type { Suite } from './suite.ts'

const CONSISTENT = 3
/** The suite asks again after a second, for half a minute. */
const PATIENCE_MS = 30_000
const AGAIN_MS = 250

type Headers = Readonly<Record<string, string>>

/** What is asked and what is expected. */
export interface Case {
  /** `METHOD host/path name=value`: all but the path may be absent. */
  readonly ask: string
  readonly headers?: Headers
  /** The backend adds these to its answer. */
  readonly sets?: Headers
  readonly status?: readonly number[]
  /** What the name of the pod begins with. */
  readonly backend?: string
  readonly namespace?: string
  /** What arrives at the backend, where it is not what was asked. */
  readonly arrives?: {
    readonly host?: string
    readonly path?: string
    readonly headers?: Headers
    readonly absent?: readonly string[]
    readonly sni?: string
    readonly client?: string
  }
  /** Nothing arrives: whoever answers is no backend. */
  readonly answeredHere?: boolean
  readonly answer?: {
    readonly headers?: Headers
    /** Any of these will do; blanks do not count. */
    readonly oneOf?: Readonly<Record<string, readonly string[]>>
    readonly absent?: readonly string[]
  }
  readonly redirect?: {
    readonly scheme?: string
    readonly host?: string
    readonly port?: string
    readonly path?: string
  }
  readonly h2?: boolean
  readonly tls?: Tls
}

/** `… > 404` is a status, `… > v1` is `infra-backend-v1`, `… > name@namespace` another. */
const parse = (line: string): Case => {
  const [ask, result] = line.split(' > ') as [string, string]
  if (/^\d+$/.test(result)) return { ask, status: [Number(result)] }
  const [name, namespace = INFRA] = result.split('@') as [string, string?]
  return { ask, backend: /^v\d$/.test(name) ? `infra-backend-${name}` : name, namespace }
}

const askOf = (one: Case): Ask => {
  const words = one.ask.split(' ')
  const method = /^[A-Z]+$/.test(words[0]!) ? words.shift()! : 'GET'
  const [, host = '', path = '/'] = /^([^/]*)(\/.*)$/.exec(words.shift()!)!
  const pairs = words.map((word) => word.split(/=(.*)/).slice(0, 2))
  const sets = Object.entries(one.sets ?? {}).map(([name, value]) => `${name}:${value}`)
  const headers = { ...Object.fromEntries(pairs), ...one.headers, 'X-Echo-Set-Header': sets.join(',') }
  return { method, host, path, headers, ...(one.h2 && { h2: true }), ...(one.tls && { tls: one.tls }) }
}

const isTimeout = (status: number): boolean => status === 408 || status === 504
const REDIRECTS = [300, 301, 302, 303, 304, 305, 307, 308]

const redirectDiffers = (want: NonNullable<Case['redirect']>, { headers }: Answer, ask: Ask, at: Address) => {
  const from = `${ask.tls ? 'https' : 'http'}://${at.host}:${at.port}${ask.path}`
  const location = new URL(headers.location ?? 'nowhere:', from)
  const scheme = location.protocol.slice(0, -1)
  const wanted = {
    scheme: want.scheme ?? (ask.tls ? 'https' : 'http'),
    host: want.host ?? location.hostname,
    // The scheme's own may be told or not; a URL has it not.
    port: want.port ?? '',
    path: want.path ?? ask.path,
  }
  const actual = { scheme, host: location.hostname, port: location.port, path: location.pathname }
  const differs = JSON.stringify(wanted) !== JSON.stringify(actual)
  return differs ? `to ${headers.location}, not to ${JSON.stringify(wanted)}` : undefined
}

const arrivalDiffers = (one: Case, { arrived }: Answer, ask: Ask): string | undefined => {
  if (one.answeredHere) return arrived.path === undefined ? undefined : `arrived at ${arrived.pod}`
  const { host = one.arrives ? '' : ask.host, path = ask.path, headers, absent = [], sni, client } = one.arrives ?? {}
  const have = Object.fromEntries(
    Object.entries(arrived.headers ?? {}).map(([name, values]) => [name.toLowerCase(), values.join(',')]),
  )
  const wrong = [
    host !== '' && host !== arrived.host && `host ${arrived.host}`,
    path !== arrived.path && `path ${arrived.path}`,
    ask.method !== arrived.method && `method ${arrived.method}`,
    (one.namespace ?? INFRA) !== arrived.namespace && `namespace ${arrived.namespace}`,
    !arrived.pod?.startsWith(one.backend ?? '') && `pod ${arrived.pod}`,
    ...Object.entries(headers ?? (one.arrives ? {} : ask.headers)).map(
      ([name, value]) => have[name.toLowerCase()] !== value && `${name}: ${have[name.toLowerCase()]}`,
    ),
    ...absent.map((name) => name.toLowerCase() in have && `${name} arrived`),
    sni !== undefined && sni !== arrived.tls?.serverName && `sni ${arrived.tls?.serverName}`,
    client !== undefined && !arrived.tls?.peerCertificates?.includes(client) && 'not with that certificate',
  ]
  return wrong.find((one) => one !== false) || undefined
}

const answerDiffers = ({ answer = {} }: Case, { headers }: Answer): string | undefined => {
  const bare = (text: string | undefined) => text?.replaceAll(' ', '')
  const wrong = [
    ...Object.entries(answer.headers ?? {}).map(
      ([name, value]) => headers[name.toLowerCase()] !== value && `${name}: ${headers[name.toLowerCase()]}`,
    ),
    ...Object.entries(answer.oneOf ?? {}).map(
      ([name, values]) => !values.some((value) => bare(value) === bare(headers[name])) && `${name}: ${headers[name]}`,
    ),
    ...(answer.absent ?? []).map((name) => name.toLowerCase() in headers && `${name}: ${headers[name.toLowerCase()]}`),
  ]
  return wrong.find((one) => one !== false) || undefined
}

const differs = (one: Case, answer: Answer, ask: Ask, at: Address): string | undefined => {
  const statuses = one.status ?? [200]
  if (isTimeout(answer.status) && statuses.some(isTimeout)) return undefined
  if (!statuses.includes(answer.status)) return `status ${answer.status}, not ${statuses}`
  if (one.redirect && REDIRECTS.includes(answer.status)) return redirectDiffers(one.redirect, answer, ask, at)
  if (answer.status !== 200 && answer.status !== 204) return undefined
  return arrivalDiffers(one, answer, ask) ?? answerDiffers(one, answer)
}

/** Asks until it is `times` in a row as expected. */
export const consistently = async (what: string, probe: () => Promise<string | undefined>, times = CONSISTENT) => {
  const end = Date.now() + PATIENCE_MS
  for (let right = 0; right < times; ) {
    const wrong = await probe().catch((error: Error) => `no answer: ${error.message}`)
    right = wrong === undefined ? right + 1 : 0
    if (wrong === undefined) continue
    if (Date.now() > end) throw new Error(`${what}: ${wrong}`)
    await sleep(AGAIN_MS)
  }
}

/** All of them at once, each until it is answered as expected so many times in a row. */
export const expectAll = async (
  { assert }: Suite,
  at: Address,
  cases: readonly (string | Case)[],
  common: Partial<Case> = {},
  times = CONSISTENT,
): Promise<void> => {
  const results = await Promise.allSettled(
    cases.map(async (given) => {
      const one = { ...common, ...(typeof given === 'string' ? parse(given) : given) }
      const ask = askOf(one)
      const what = typeof given === 'string' ? given : one.ask
      await consistently(what, async () => differs(one, await roundTrip(at, ask), ask, at), times)
    }),
  )
  const failed = results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))
  assert.deepEqual(failed, [])
}

/** Never 200, five times; an answer there is. */
export const expectFailure = async ({ assert }: Suite, at: Address, ask: string): Promise<void> => {
  await consistently(
    ask,
    async () => {
      const { status } = await roundTrip(at, askOf({ ask }))
      assert.notEqual(status, 200, ask)
      return isTimeout(status) ? `status ${status}` : undefined
    },
    5,
  )
}

const MANY = 500
const AT_ONCE = 10
const TOLERANCE = 0.05
const ATTEMPTS = 10

/** Of 500 requests each backend has its share, by 5 in a hundred. `ask` gives the name of a pod. */
export const expectShares = async (
  { assert }: Suite,
  shares: Readonly<Record<string, number>>,
  ask: (at: number) => Promise<string>,
): Promise<void> => {
  let wrong: readonly string[] = []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const seen: Record<string, number> = {}
    let next = 0
    const one = async () => {
      while (next < MANY) {
        const name = (await ask(next++)).split('-').slice(0, -2).join('-')
        assert.ok(name in shares, name)
        seen[name] = (seen[name] ?? 0) + 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
    wrong = Object.entries(shares).flatMap(([name, share]) => {
      const have = (seen[name] ?? 0) / MANY
      return Math.abs(have - share) > TOLERANCE || (share === 0 && have > 0) ? [`${name}: ${have}`] : []
    })
    if (wrong.length === 0) return
  }
  assert.deepEqual(wrong, [])
}
